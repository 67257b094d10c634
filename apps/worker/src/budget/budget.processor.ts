import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { budgetAlertJobSchema, QUEUES } from '@weir/contracts';
import { MoneyFunctions } from '@weir/data';
import { createWorker, failpoint } from '@weir/platform';
import type { AppLogger, JobWorker, WeirConfig } from '@weir/platform';
import type pg from 'pg';
import { LIMITS } from '../limits.js';
import { CONFIG, LOGGER, POOL } from '../runtime/tokens.js';
import { alertNotification } from './alert-notification.js';

/** Makes one notification, and its live event, of each alert: however often the job comes, its dedupe key is one. */
@Injectable()
export class BudgetProcessor implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #config: WeirConfig;
  readonly #logger: AppLogger;
  readonly #pool: pg.Pool;
  readonly #money: MoneyFunctions;
  #worker: JobWorker | undefined;

  constructor(
    @Inject(CONFIG) config: WeirConfig,
    @Inject(LOGGER) logger: AppLogger,
    @Inject(POOL) pool: pg.Pool,
    money: MoneyFunctions,
  ) {
    this.#config = config;
    this.#logger = logger;
    this.#pool = pool;
    this.#money = money;
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#worker = createWorker(
      QUEUES.budget,
      (job) => this.#process(job.data),
      { concurrency: LIMITS.budgetJobs },
      this.#config,
    );
    this.#worker.on('failed', (_job, error) => {
      this.#logger.warn({ err: error }, 'alert failed; the job will be repeated');
    });
    this.#worker.on('error', (error) => {
      this.#logger.warn({ err: error }, 'queue budget');
    });
    await this.#worker.waitUntilReady();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#worker?.close();
  }

  async #process(payload: unknown): Promise<void> {
    const read = budgetAlertJobSchema.safeParse(payload);
    if (!read.success) {
      this.#logger.error({ err: read.error }, 'unreadable alert job dropped');
      return;
    }
    const job = read.data;
    const { rows } = await this.#pool.query<{ used: string }>(
      'SELECT used FROM alert_fired WHERE (account, kind, period, threshold, cap) = ($1, $2, $3, $4, $5)',
      [job.account, job.kind, job.period, job.threshold, job.cap],
    );
    const [alert] = rows;
    if (alert === undefined) {
      this.#logger.error({ job }, 'alert job without its alert dropped');
      return;
    }
    await failpoint('FP11');
    await this.#money.notificationCreate(alertNotification(randomUUID(), job, BigInt(alert.used)));
  }
}
