import { Global, Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { MoneyFunctions } from '@weir/data';
import { createPgPool, loggingModule } from '@weir/platform';
import type { AppLogger, WeirConfig } from '@weir/platform';
import type pg from 'pg';
import { LIMITS } from '../limits.js';
import { CONFIG, LOGGER, POOL } from './tokens.js';

/** What every part of the worker stands on: settings, the logger, one pool and the money functions. */
@Global()
@Module({})
export class RuntimeModule implements OnApplicationShutdown {
  readonly #pool: pg.Pool;

  constructor(@Inject(POOL) pool: pg.Pool) {
    this.#pool = pool;
  }

  static with(config: WeirConfig, logger: AppLogger): DynamicModule {
    const pool = createPgPool(config, {
      max: LIMITS.connections,
      statementTimeoutMs: LIMITS.statementMs,
    });
    return {
      module: RuntimeModule,
      imports: [loggingModule(logger)],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
        { provide: POOL, useValue: pool },
        { provide: MoneyFunctions, useValue: new MoneyFunctions(pool) },
      ],
      exports: [CONFIG, LOGGER, POOL, MoneyFunctions],
    };
  }

  /** The last hook: everything that asks PostgreSQL has ended before. */
  async onApplicationShutdown(): Promise<void> {
    await this.#pool.end();
  }
}
