import { Module } from '@nestjs/common';
import { ModelsModule } from '../../models/models.module.js';
import { AdminModelsController } from './models.controller.js';
import { AdminModelsRepository } from './models.repository.js';
import { AdminModelsService } from './models.service.js';

@Module({
  imports: [ModelsModule],
  controllers: [AdminModelsController],
  providers: [AdminModelsService, AdminModelsRepository],
})
export class AdminModelsModule {}
