import { DatabaseCallError } from '@weir/data';
import { LIMITS } from '../limits.js';
import { settleIsolated } from './isolated-settlement.js';
import type { SettlementListener, Settling } from './isolated-settlement.js';
import type { ReadJob } from './settle-job.js';

/**
 * Merges the cost jobs that wait into one settlement (≤ 1,024 rows), because a transaction costs much and a row
 * in it little: on one hot account a row at a time settles some 400 a second, 256 at a time some 9,000. While one
 * settlement runs, the next is collected; so the load itself sets the size, and a lone job never waits.
 */
export class SettlementMerger {
  readonly #money: Settling;
  readonly #listener: SettlementListener;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #scheduled = false;

  constructor(money: Settling, listener: SettlementListener) {
    this.#money = money;
    this.#listener = listener;
  }

  /** Resolves when every row of the job is settled or set aside, and its batches are confirmed. */
  settle(job: ReadJob): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#schedule();
    });
  }

  /** Jobs that arrive in one turn of the event loop go together. */
  #schedule(): void {
    if (this.#scheduled || this.#running >= LIMITS.settlements) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const merged = this.#take();
      if (merged.length === 0) return;
      this.#running += 1;
      void this.#run(merged).finally(() => {
        this.#running -= 1;
        this.#schedule();
      });
      this.#schedule();
    });
  }

  #take(): Waiting[] {
    const merged: Waiting[] = [];
    let rows = 0;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      rows += next.job.rows.length;
      if (merged.length > 0 && rows > LIMITS.settleRows) break;
      merged.push(next);
      this.#waiting.shift();
    }
    return merged;
  }

  async #run(merged: readonly Waiting[]): Promise<void> {
    if (merged.length > 1 && merged.every(({ job }) => job.unreadable.length === 0)) {
      if (await this.#runTogether(merged)) return;
    }
    for (const { job, resolve, reject } of merged) {
      await settleIsolated(this.#money, job, this.#listener).then(resolve, reject);
    }
  }

  /** Whether this decided all the jobs; false = one of them holds a row that must be found. */
  async #runTogether(merged: readonly Waiting[]): Promise<boolean> {
    try {
      const outcome = await this.#money.settle(
        merged.flatMap(({ job }) => job.batches),
        merged.flatMap(({ job }) => job.rows),
      );
      this.#listener.settled(outcome);
      for (const { resolve } of merged) resolve();
      return true;
    } catch (error) {
      // A row that cannot be taken: job by job, so that the others do not suffer for it.
      if (error instanceof DatabaseCallError && error.isDataError) return false;
      for (const { reject } of merged) reject(error);
      return true;
    }
  }
}

interface Waiting {
  readonly job: ReadJob;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
