import { Module } from '@nestjs/common';
import { AdminProvidersController } from './providers.controller.js';
import { AdminProvidersRepository } from './providers.repository.js';
import { AdminProvidersService } from './providers.service.js';

@Module({
  controllers: [AdminProvidersController],
  providers: [AdminProvidersService, AdminProvidersRepository],
})
export class AdminProvidersModule {}
