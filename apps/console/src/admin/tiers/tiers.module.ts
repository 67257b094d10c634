import { Module } from '@nestjs/common';
import { AdminTiersController } from './tiers.controller.js';
import { AdminTiersRepository } from './tiers.repository.js';
import { AdminTiersService } from './tiers.service.js';

@Module({
  controllers: [AdminTiersController],
  providers: [AdminTiersService, AdminTiersRepository],
})
export class AdminTiersModule {}
