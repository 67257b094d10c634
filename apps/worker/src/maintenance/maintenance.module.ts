import { Module } from '@nestjs/common';
import { MaintenanceService } from './maintenance.service.js';

/** Sweeps silent gateways and deletes what is past its retention. */
@Module({ providers: [MaintenanceService] })
export class MaintenanceModule {}
