import { Injectable } from '@nestjs/common';
import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
} from '@nestjs/common';
import { QUEUES } from '@weir/contracts';
import { createQueue } from '@weir/platform';
import type { JobQueue } from '@weir/platform';
import { LIMITS } from '../limits.js';
import { calmWarning } from '../runtime/calm-warning.js';
import { Runtime } from '../runtime/runtime.js';
import { OutboxRelay } from './outbox-relay.js';

/** The relay with the real queues, each opened when its first job comes. */
@Injectable()
export class OutboxService
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #runtime: Runtime;
  readonly #relay: OutboxRelay;
  readonly #queues = new Map<string, JobQueue<object>>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#relay = new OutboxRelay(
      runtime.pool,
      (queue, payload, jobId) => this.#add(queue, payload, jobId),
      calmWarning(runtime.logger, 'the outbox could not be sent; tried again within 5 s'),
    );
  }

  onApplicationBootstrap(): void {
    this.#relay.start();
  }

  /** Looks at the outbox now. */
  wake(): void {
    this.#relay.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#relay.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  async #add(name: string, payload: object, jobId: string): Promise<void> {
    const known: readonly string[] = Object.values(QUEUES);
    if (!known.includes(name)) {
      // Dropped, for no queue will ever take it; the rows behind it must not wait.
      this.#runtime.logger.error(
        { queue: name, jobId },
        'the outbox names a queue that does not exist',
      );
      return;
    }
    const queue = this.#queues.get(name) ?? createQueue<object>(name, this.#runtime.config);
    this.#queues.set(name, queue);
    await queue.add(name, payload, {
      jobId,
      attempts: LIMITS.outboxJobAttempts,
      backoff: { type: 'exponential', delay: LIMITS.outboxJobBackoffMs },
      removeOnComplete: true,
    });
  }
}
