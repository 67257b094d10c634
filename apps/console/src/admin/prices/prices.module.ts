import { Module } from '@nestjs/common';
import { LiveModule } from '../../live/live.module.js';
import { AdminPricesController } from './prices.controller.js';
import { AdminPricesRepository } from './prices.repository.js';
import { AdminPricesService } from './prices.service.js';

@Module({
  imports: [LiveModule],
  controllers: [AdminPricesController],
  providers: [AdminPricesService, AdminPricesRepository],
})
export class AdminPricesModule {}
