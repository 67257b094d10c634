import { Module } from '@nestjs/common';
import { AdminUnpricedModelsController } from './unpriced-models.controller.js';
import { AdminUnpricedModelsRepository } from './unpriced-models.repository.js';
import { AdminUnpricedModelsService } from './unpriced-models.service.js';

@Module({
  controllers: [AdminUnpricedModelsController],
  providers: [AdminUnpricedModelsService, AdminUnpricedModelsRepository],
})
export class AdminUnpricedModelsModule {}
