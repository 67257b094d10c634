import { setTimeout as delay } from 'node:timers/promises';
import { forgetOldIdempotency, MoneyFunctions } from '@weir/data';
import type pg from 'pg';
import { LIMITS } from '../limits.js';

/** Any number that nothing else locks: of all workers one sweeps. */
const SWEEPER_LOCK = 1_464_158_548;

/** What happens in the sweeper, for logs and tests. */
export interface SweeperEvents {
  /** Epochs whose leases were freed after 17 min of silence. */
  released(epochs: readonly string[]): void;
  retained(counts: {
    live_events: number;
    settled_batches: number;
    outbox: number;
    idempotency_keys: number;
  }): void;
  failed(error: unknown): void;
}

/** Distances in ms; only tests give others. */
export interface SweeperTimes {
  readonly tickMs: number;
  readonly lockRetryMs: number;
}

/**
 * Counts the silence of gateways. Silence is counted in ticks that were really observed, never in timestamps:
 * while PostgreSQL is away there is no tick, so nobody looks dead after an outage. Ticks are ≥ 10 s apart by the
 * monotonic clock of the one worker that holds the session's advisory lock; the first comes 10 s after it was
 * got, so a lock that wanders between workers can only slow the count down. A lost session ends the term.
 */
export class Sweeper {
  readonly #pool: pg.Pool;
  readonly #events: SweeperEvents;
  readonly #times: SweeperTimes;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    pool: pg.Pool,
    events: SweeperEvents,
    times: SweeperTimes = { tickMs: LIMITS.sweepEveryMs, lockRetryMs: LIMITS.sweepLockRetryMs },
  ) {
    this.#pool = pool;
    this.#events = events;
    this.#times = times;
  }

  /** Begins to ask for the lock. */
  start(): void {
    this.#running = this.#run();
  }

  /** Ends the term; the lock is free when this resolves. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped()) {
      try {
        await this.#term();
      } catch (error) {
        if (!this.#isStopped()) this.#events.failed(error);
      }
      await this.#pause(this.#times.lockRetryMs);
    }
  }

  /** One term of office: from getting the lock to losing the session. */
  async #term(): Promise<void> {
    const client = await this.#pool.connect();
    // Without a listener a broken connection would end the process; the next statement fails anyway.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    try {
      const { rows } = await client.query<{ got: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS got',
        [SWEEPER_LOCK],
      );
      if (rows[0]?.got !== true) return;
      const money = new MoneyFunctions(client);
      for (let tick = 0; ; tick += 1) {
        await this.#pauseAtLeast(this.#times.tickMs);
        if (this.#isStopped()) return;
        const released = await money.sweepTick();
        if (released.length > 0) this.#events.released(released);
        if (tick % LIMITS.retentionTicks === 0) {
          const deleted = await money.retentionTick();
          const idempotency_keys = await forgetOldIdempotency(client);
          this.#events.retained({ ...deleted, idempotency_keys });
        }
      }
    } finally {
      client.off('error', ignore);
      // Closing the session is what frees the lock for certain.
      client.release(true);
    }
  }

  /** Timers may fire early by less than a millisecond: the clock decides. */
  async #pauseAtLeast(ms: number): Promise<void> {
    const until = performance.now() + ms;
    for (let left = ms; left > 0 && !this.#isStopped(); left = until - performance.now()) {
      await this.#pause(Math.ceil(left));
    }
  }

  async #pause(ms: number): Promise<void> {
    // Rejected only by stop(), which the callers look at.
    await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
