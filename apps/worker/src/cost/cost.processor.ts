import { Inject, Injectable } from '@nestjs/common';
import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnModuleDestroy,
} from '@nestjs/common';
import { QUEUES } from '@weir/contracts';
import { MoneyFunctions } from '@weir/data';
import type { AnyRow, SettleOutcome } from '@weir/data';
import { createWorker, failpoint } from '@weir/platform';
import type { AppLogger, JobWorker, WeirConfig } from '@weir/platform';
import type pg from 'pg';
import { LIMITS } from '../limits.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { CONFIG, LOGGER, POOL } from '../runtime/tokens.js';
import type { SettlementListener } from './isolated-settlement.js';
import { LiveNotifier } from './live-notifier.js';
import { readSettleJob } from './settle-job.js';
import { SettlementMerger } from './settlement-merger.js';

/**
 * Settles cost jobs. A job is done when PostgreSQL has committed it; what fails otherwise is thrown, and the
 * queue (or the gateway, which sees its batch unconfirmed) repeats it without a second effect.
 */
@Injectable()
export class CostProcessor
  implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown, SettlementListener
{
  readonly #config: WeirConfig;
  readonly #logger: AppLogger;
  readonly #outbox: OutboxService;
  readonly #notifier: LiveNotifier;
  readonly #merger: SettlementMerger;
  #worker: JobWorker | undefined;

  constructor(
    @Inject(CONFIG) config: WeirConfig,
    @Inject(LOGGER) logger: AppLogger,
    @Inject(POOL) pool: pg.Pool,
    money: MoneyFunctions,
    outbox: OutboxService,
  ) {
    this.#config = config;
    this.#logger = logger;
    this.#outbox = outbox;
    this.#merger = new SettlementMerger(money, this);
    this.#notifier = new LiveNotifier(
      async (payload) => {
        await pool.query('SELECT pg_notify($1, $2)', ['weir_live', payload]);
      },
      (error) => {
        logger.warn({ err: error }, 'listeners were not told; they look every second');
      },
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#worker = createWorker(
      QUEUES.cost,
      (job) => this.#process(job.data),
      { concurrency: LIMITS.costJobs },
      this.#config,
    );
    this.#worker.on('failed', (_job, error) => {
      this.#logger.warn({ err: error }, 'settlement failed; the job will be repeated');
    });
    this.#worker.on('error', (error) => {
      this.#logger.warn({ err: error }, 'queue cost');
    });
    await this.#worker.waitUntilReady();
  }

  settled(outcome: SettleOutcome): void {
    this.#notifier.add(outcome.accounts);
    if (outcome.alerts > 0) this.#outbox.wake();
  }

  setAside(row: AnyRow, reason: string): void {
    this.#logger.error({ request: row['id'], reason }, 'a request cannot be settled; set aside');
  }

  /** Ends after the jobs under way. */
  async onModuleDestroy(): Promise<void> {
    await this.#worker?.close();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#notifier.flush();
  }

  async #process(payload: unknown): Promise<void> {
    await failpoint('settle-start');
    await this.#merger.settle(readSettleJob(payload));
    await failpoint('settle-done');
  }
}
