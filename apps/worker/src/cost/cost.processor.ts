import { Injectable } from '@nestjs/common';
import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnModuleDestroy,
} from '@nestjs/common';
import { QUEUES } from '@weir/contracts';
import type { AnyRow, SettleOutcome } from '@weir/data';
import { failpoint } from '@weir/platform';
import type { JobWorker } from '@weir/platform';
import { LIMITS } from '../limits.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { calmWarning } from '../runtime/calm-warning.js';
import { Runtime } from '../runtime/runtime.js';
import { startWorker } from '../runtime/start-worker.js';
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
  readonly #runtime: Runtime;
  readonly #outbox: OutboxService;
  readonly #notifier: LiveNotifier;
  readonly #merger: SettlementMerger;
  #worker: JobWorker | undefined;

  constructor(runtime: Runtime, outbox: OutboxService) {
    this.#runtime = runtime;
    this.#outbox = outbox;
    this.#merger = new SettlementMerger(runtime.money, this);
    this.#notifier = new LiveNotifier(
      async (payload) => {
        await runtime.pool.query('SELECT pg_notify($1, $2)', ['weir_live', payload]);
      },
      calmWarning(runtime.logger, 'listeners were not told; they look every second'),
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#worker = await startWorker(this.#runtime, {
      queue: QUEUES.cost,
      concurrency: LIMITS.costJobs,
      failed: 'settlement failed; the batch will come again',
      process: (payload) => this.#process(payload),
    });
  }

  settled(outcome: SettleOutcome): void {
    this.#notifier.add(outcome.accounts);
    if (outcome.alerts > 0) this.#outbox.wake();
  }

  setAside(row: AnyRow, reason: string): void {
    this.#runtime.logger.error(
      { request: row['id'], reason },
      'a request cannot be settled; set aside',
    );
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
