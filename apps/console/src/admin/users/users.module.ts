import { Module } from '@nestjs/common';
import { AdminUsersController } from './users.controller.js';
import { AdminUsersRepository } from './users.repository.js';
import { AdminUsersService } from './users.service.js';

@Module({
  controllers: [AdminUsersController],
  providers: [AdminUsersService, AdminUsersRepository],
})
export class AdminUsersModule {}
