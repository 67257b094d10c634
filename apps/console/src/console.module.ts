import { Module, type DynamicModule } from '@nestjs/common';
import { AdminModule } from './admin/admin.module.js';
import { AnnouncementsModule } from './announcements/announcements.module.js';
import { AuthModule } from './auth/auth.module.js';
import { BalanceModule } from './balance/balance.module.js';
import { BudgetModule } from './budget/budget.module.js';
import { DatabaseModule } from './database/database.module.js';
import { ExportsModule } from './exports/exports.module.js';
import { HealthModule } from './health/health.module.js';
import { KeysModule } from './keys/keys.module.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { LiveModule } from './live/live.module.js';
import { MeModule } from './me/me.module.js';
import { ModelsModule } from './models/models.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { OperatorModule } from './operator/operator.module.js';
import { RequestsModule } from './requests/requests.module.js';
import { RoutingModule } from './routing/routing.module.js';
import { SETTINGS, type ConsoleSettings } from './settings.js';
import { StaticModule } from './static/static.module.js';
import { UsageModule } from './usage/usage.module.js';

@Module({})
class SettingsModule {
  static of(settings: ConsoleSettings): DynamicModule {
    return {
      module: SettingsModule,
      global: true,
      providers: [{ provide: SETTINGS, useValue: settings }],
      exports: [SETTINGS],
    };
  }
}

/** The control plane: one module a feature, the page last. */
@Module({})
export class ConsoleModule {
  static of(settings: ConsoleSettings, logging: DynamicModule | null): DynamicModule {
    return {
      module: ConsoleModule,
      imports: [
        ...(logging ? [logging] : []),
        SettingsModule.of(settings),
        DatabaseModule,
        AuthModule,
        MeModule,
        BalanceModule,
        LedgerModule,
        KeysModule,
        RequestsModule,
        UsageModule,
        ExportsModule,
        BudgetModule,
        RoutingModule,
        ModelsModule,
        NotificationsModule,
        AnnouncementsModule,
        AdminModule,
        OperatorModule,
        LiveModule,
        HealthModule,
        OpenApiModule,
        StaticModule,
      ],
    };
  }
}
