import { Module } from '@nestjs/common';
import { AdminEndpointsController } from './endpoints.controller.js';
import { AdminEndpointsRepository } from './endpoints.repository.js';
import { AdminEndpointsService } from './endpoints.service.js';

@Module({
  controllers: [AdminEndpointsController],
  providers: [AdminEndpointsService, AdminEndpointsRepository],
})
export class AdminEndpointsModule {}
