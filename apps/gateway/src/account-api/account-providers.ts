import { Inject, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { createPgPool } from '@weir/platform';
import type pg from 'pg';
import { Gateway } from '../app/gateway.js';
import type { GatewayConfig } from '../app/gateway-config.js';
import { AccountController } from './account.controller.js';
import { AccountQuestions } from './account-questions.js';
import { Callers } from './callers.js';
import { EstimateController } from './estimate.controller.js';
import { EstimateQuestions } from './estimate-questions.js';
import { AccountErrorFilter } from './refusal.js';

/** Of their own: a slow question about the past must never delay a key's look-up or a beat. */
const POOL_CONNECTIONS = 2;
const ACCOUNT_POOL = Symbol('account API pool');

/** Lets go of the account API's connections when the process stops. */
class AccountPoolEnd implements OnApplicationShutdown {
  constructor(@Inject(ACCOUNT_POOL) private readonly pool: pg.Pool) {}

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

/** Controllers of the account API, for the module that has the gateway. */
export const ACCOUNT_CONTROLLERS = [AccountController, EstimateController];

/** What they stand on. */
export function accountProviders(config: GatewayConfig): Provider[] {
  return [
    AccountPoolEnd,
    { provide: APP_FILTER, useClass: AccountErrorFilter },
    {
      provide: ACCOUNT_POOL,
      useFactory: () => createPgPool(config.weir, { max: POOL_CONNECTIONS, name: 'account API' }),
    },
    {
      provide: Callers,
      inject: [Gateway],
      useFactory: (gateway: Gateway) => new Callers(() => gateway.services),
    },
    {
      provide: AccountQuestions,
      inject: [ACCOUNT_POOL],
      useFactory: (pool: pg.Pool) => new AccountQuestions(pool),
    },
    {
      provide: EstimateQuestions,
      inject: [ACCOUNT_POOL],
      useFactory: (pool: pg.Pool) => new EstimateQuestions(pool),
    },
  ];
}
