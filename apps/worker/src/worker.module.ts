import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { AppLogger, WeirConfig } from '@weir/platform';
import { BudgetModule } from './budget/budget.module.js';
import { CostModule } from './cost/cost.module.js';
import { ExportModule } from './export/export.module.js';
import { MaintenanceModule } from './maintenance/maintenance.module.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { RuntimeModule } from './runtime/runtime.module.js';

/** The worker: one folder a queue, and the two services that need none. */
@Module({})
export class WorkerModule {
  static with(config: WeirConfig, logger: AppLogger): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        RuntimeModule.with(config, logger),
        CostModule,
        BudgetModule,
        ExportModule,
        OutboxModule,
        MaintenanceModule,
      ],
    };
  }
}
