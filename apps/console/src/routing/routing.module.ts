import { Module } from '@nestjs/common';
import { LiveModule } from '../live/live.module.js';
import { RoutingSimulation } from './routing-simulation.js';
import { RoutingController } from './routing.controller.js';
import { RoutingRepository } from './routing.repository.js';
import { RoutingService } from './routing.service.js';

@Module({
  imports: [LiveModule],
  controllers: [RoutingController],
  providers: [RoutingService, RoutingSimulation, RoutingRepository],
})
export class RoutingModule {}
