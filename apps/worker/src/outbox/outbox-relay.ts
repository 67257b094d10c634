import type pg from 'pg';
import { LIMITS } from '../limits.js';

/** Puts one job on a queue; `jobId` makes a repeat while the first still waits a no-op. */
export type AddJob = (queue: string, payload: object, jobId: string) => Promise<void>;

/**
 * Carries what transactions left in table `outbox` to the queues. A row is marked only after its job was added,
 * so a crash between the two adds it again: processors are idempotent. Several workers share the work, since a
 * row in another's hands is skipped.
 */
export class OutboxRelay {
  readonly #pool: pg.Pool;
  readonly #addJob: AddJob;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(pool: pg.Pool, addJob: AddJob, onError: (error: unknown) => void) {
    this.#pool = pool;
    this.#addJob = addJob;
    this.#onError = onError;
  }

  /** Looks now and every 5 s. */
  start(): void {
    this.#timer = setInterval(() => {
      this.wake();
    }, LIMITS.outboxEveryMs);
    this.wake();
  }

  /** Looks now; called while it looks, it looks once more afterwards. */
  wake(): void {
    this.#again = true;
    if (this.#stopped || this.#running !== undefined) return;
    this.#running = this.#drain()
      .catch(this.#onError)
      .finally(() => {
        this.#running = undefined;
        // Woken after the last look, before this turn: nothing may wait for the next timer.
        if (this.#again && !this.#stopped) this.wake();
      });
  }

  /** Ends after the transaction under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #drain(): Promise<void> {
    let sent = 0;
    do {
      this.#again = false;
      sent = await this.#sendSome();
    } while (this.#wantsMore(sent));
  }

  /** stop() and wake() may have come while the transaction ran. */
  #wantsMore(sent: number): boolean {
    return !this.#stopped && (sent === LIMITS.outboxRows || this.#again);
  }

  /** Sends up to 200 rows in one transaction; answers how many. */
  async #sendSome(): Promise<number> {
    const client = await this.#pool.connect();
    let broken = true;
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<{ id: string; queue: string; payload: object }>(
        'SELECT id, queue, payload FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED',
        [LIMITS.outboxRows],
      );
      for (const row of rows) await this.#addJob(row.queue, row.payload, `outbox-${row.id}`);
      if (rows.length > 0) {
        await client.query('UPDATE outbox SET sent_at = now() WHERE id = ANY ($1)', [
          rows.map((row) => row.id),
        ]);
      }
      await client.query('COMMIT');
      broken = false;
      return rows.length;
    } finally {
      // A connection left inside a transaction is closed: PostgreSQL then forgets the transaction.
      client.release(broken);
    }
  }
}
