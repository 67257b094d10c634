import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { budgetAlertJobSchema, QUEUES } from '@weir/contracts';
import { failpoint } from '@weir/platform';
import type { JobWorker } from '@weir/platform';
import { LIMITS } from '../limits.js';
import { Runtime } from '../runtime/runtime.js';
import { startWorker } from '../runtime/start-worker.js';
import { alertNotification } from './alert-notification.js';

/** Makes one notification, and its live event, of each alert: however often the job comes, its dedupe key is one. */
@Injectable()
export class BudgetProcessor implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #runtime: Runtime;
  #worker: JobWorker | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#worker = await startWorker(this.#runtime, {
      queue: QUEUES.budget,
      concurrency: LIMITS.budgetJobs,
      failed: 'alert failed; its job will be repeated',
      process: (payload) => this.#process(payload),
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.#worker?.close();
  }

  async #process(payload: unknown): Promise<void> {
    const read = budgetAlertJobSchema.safeParse(payload);
    if (!read.success) {
      this.#runtime.logger.error({ err: read.error }, 'unreadable alert job dropped');
      return;
    }
    const job = read.data;
    const { rows } = await this.#runtime.pool.query<{ used: string }>(
      'SELECT used FROM alert_fired WHERE (account, kind, period, threshold, cap) = ($1, $2, $3, $4, $5)',
      [job.account, job.kind, job.period, job.threshold, job.cap],
    );
    const [alert] = rows;
    if (alert === undefined) {
      this.#runtime.logger.error({ job }, 'alert job without its alert dropped');
      return;
    }
    await failpoint('FP11');
    await this.#runtime.money.notificationCreate(
      alertNotification(randomUUID(), job, BigInt(alert.used)),
    );
  }
}
