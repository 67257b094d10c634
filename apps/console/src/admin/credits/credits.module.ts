import { Module } from '@nestjs/common';
import { AdminCreditsController } from './credits.controller.js';
import { AdminCreditsService } from './credits.service.js';

@Module({
  controllers: [AdminCreditsController],
  providers: [AdminCreditsService],
})
export class AdminCreditsModule {}
