import { Inject, Injectable } from '@nestjs/common';
import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
} from '@nestjs/common';
import { QUEUES } from '@weir/contracts';
import { createQueue } from '@weir/platform';
import type { AppLogger, JobQueue, WeirConfig } from '@weir/platform';
import type pg from 'pg';
import { LIMITS } from '../limits.js';
import { CONFIG, LOGGER, POOL } from '../runtime/tokens.js';
import { OutboxRelay } from './outbox-relay.js';

/** The relay with the real queues, each opened when its first job comes. */
@Injectable()
export class OutboxService
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #config: WeirConfig;
  readonly #logger: AppLogger;
  readonly #relay: OutboxRelay;
  readonly #queues = new Map<string, JobQueue<object>>();

  constructor(
    @Inject(CONFIG) config: WeirConfig,
    @Inject(LOGGER) logger: AppLogger,
    @Inject(POOL) pool: pg.Pool,
  ) {
    this.#config = config;
    this.#logger = logger;
    this.#relay = new OutboxRelay(pool, this.#add, (error) => {
      logger.warn({ err: error }, 'the outbox could not be sent; tried again within 5 s');
    });
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

  readonly #add = async (name: string, payload: object, jobId: string): Promise<void> => {
    const known: readonly string[] = Object.values(QUEUES);
    if (!known.includes(name)) {
      // Dropped, for no queue will ever take it; the rows behind it must not wait.
      this.#logger.error({ queue: name, jobId }, 'the outbox names a queue that does not exist');
      return;
    }
    const queue = this.#queues.get(name) ?? createQueue<object>(name, this.#config);
    this.#queues.set(name, queue);
    await queue.add(name, payload, {
      jobId,
      attempts: LIMITS.outboxJobAttempts,
      backoff: { type: 'exponential', delay: LIMITS.outboxJobBackoffMs },
      removeOnComplete: true,
    });
  };
}
