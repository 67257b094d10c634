import { type DynamicModule, Module } from '@nestjs/common';
import { type AppLogger, createPgPool, PgBus } from '@weir/platform';
import { GatewayConfig } from './gateway-config.js';
import { GATEWAY_CONFIG, GATEWAY_LOGGER, GATEWAY_POOL } from './tokens.js';

/** Key look-ups, catalogue and pulse; the money path has connections of its own. */
const POOL_CONNECTIONS = 4;

/** What every part of the process shares: settings, logger, bus, a small pool. */
@Module({})
export class CoreModule {
  static register(config: GatewayConfig, logger: AppLogger): DynamicModule {
    return {
      module: CoreModule,
      providers: [
        { provide: GatewayConfig, useValue: config },
        { provide: GATEWAY_CONFIG, useValue: config.weir },
        { provide: GATEWAY_LOGGER, useValue: logger },
        {
          provide: GATEWAY_POOL,
          useFactory: () => createPgPool(config.weir, { max: POOL_CONNECTIONS }),
        },
        {
          provide: PgBus,
          useFactory: async () => {
            const bus = new PgBus(config.weir);
            await bus.start();
            return bus;
          },
        },
      ],
      exports: [GatewayConfig, GATEWAY_CONFIG, GATEWAY_LOGGER, GATEWAY_POOL, PgBus],
    };
  }
}
