import { Module } from '@nestjs/common';
import { AdminTokenPriceController } from './token-price.controller.js';
import { AdminTokenPriceRepository } from './token-price.repository.js';
import { AdminTokenPriceService } from './token-price.service.js';

@Module({
  controllers: [AdminTokenPriceController],
  providers: [AdminTokenPriceService, AdminTokenPriceRepository],
})
export class AdminTokenPriceModule {}
