import { type DynamicModule, Module } from '@nestjs/common';
import { type AppLogger, loggingModule, PgBus } from '@weir/platform';
import type pg from 'pg';
import { ACCOUNT_CONTROLLERS, accountProviders } from '../account-api/account-providers.js';
import { HealthController } from '../health/health.controller.js';
import { MetricsController } from '../metrics/metrics.controller.js';
import { MoneyPath } from '../money/money-path.js';
import { MoneyModule } from '../money/money.module.js';
import type { FastLaneSlot } from '../server/http-server.js';
import { CoreModule } from './core.module.js';
import { Gateway } from './gateway.js';
import type { GatewayConfig } from './gateway-config.js';
import { GATEWAY_POOL } from './tokens.js';

/** The data plane as a Nest application: health, metrics and the account API are ordinary controllers, the rest of `/v1` is the fast lane. */
@Module({})
export class AppModule {
  static register(config: GatewayConfig, logger: AppLogger, slot: FastLaneSlot): DynamicModule {
    const core = CoreModule.register(config, logger);
    return {
      module: AppModule,
      imports: [core, loggingModule(logger), MoneyModule.register([core])],
      controllers: [HealthController, MetricsController, ...ACCOUNT_CONTROLLERS],
      providers: [
        ...accountProviders(config),
        {
          provide: Gateway,
          inject: [MoneyPath, PgBus, GATEWAY_POOL],
          useFactory: (money: MoneyPath, bus: PgBus, pool: pg.Pool) =>
            new Gateway({ config, money, bus, pool, logger, slot }),
        },
      ],
    };
  }
}
