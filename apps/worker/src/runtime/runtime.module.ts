import { Global, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { MoneyFunctions } from '@weir/data';
import { createPgPool, loggingModule } from '@weir/platform';
import type { AppLogger, WeirConfig } from '@weir/platform';
import { LIMITS } from '../limits.js';
import { Runtime } from './runtime.js';

/** Gives everything the settings, the logger, one pool and the money functions. */
@Global()
@Module({})
export class RuntimeModule implements OnApplicationShutdown {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  static with(config: WeirConfig, logger: AppLogger): DynamicModule {
    const pool = createPgPool(config, {
      max: LIMITS.connections,
      statementTimeoutMs: LIMITS.statementMs,
    });
    const runtime = new Runtime({ config, logger, pool, money: new MoneyFunctions(pool) });
    return {
      module: RuntimeModule,
      imports: [loggingModule(logger)],
      providers: [{ provide: Runtime, useValue: runtime }],
      exports: [Runtime],
    };
  }

  /** The last hook: everything that asks PostgreSQL has ended before. */
  async onApplicationShutdown(): Promise<void> {
    await this.#runtime.pool.end();
  }
}
