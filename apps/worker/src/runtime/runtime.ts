import type { MoneyFunctions } from '@weir/data';
import type { AppLogger, WeirConfig } from '@weir/platform';
import type pg from 'pg';

/** What is given to `Runtime`. */
export interface RuntimeParts {
  readonly config: WeirConfig;
  readonly logger: AppLogger;
  readonly pool: pg.Pool;
  readonly money: MoneyFunctions;
}

/** What every part of the worker stands on; a class, so that it can be injected. */
export class Runtime implements RuntimeParts {
  readonly config: WeirConfig;
  readonly logger: AppLogger;
  /** The pool of this process, as the application role. */
  readonly pool: pg.Pool;
  readonly money: MoneyFunctions;

  constructor(parts: RuntimeParts) {
    this.config = parts.config;
    this.logger = parts.logger;
    this.pool = parts.pool;
    this.money = parts.money;
  }
}
