/** A queue that loses, repeats, reorders and fails jobs; a failed job's id is never accepted again. */
import type { ModelDatabase, SettleRow } from './model-database.js';
import type { SeededRandom } from './rules.js';

export interface Job {
  readonly key: string;
  readonly job: string;
  readonly rows: SettleRow[];
}

export class LossyQueue {
  #jobs: Job[] = [];
  readonly #failed = new Set<string>();
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get length(): number {
    return this.#jobs.length;
  }

  add(job: Job): void {
    if (!this.#failed.has(job.job)) this.#jobs.push(job);
  }

  /** Loses everything; returns how many jobs that were. */
  flush(): number {
    const lost = this.#jobs.length;
    this.#jobs = [];
    return lost;
  }

  /** A worker takes any job. Returns whether it will come again. */
  work(database: ModelDatabase): boolean {
    const index = this.#random.below(this.#jobs.length);
    const job = this.#jobs[index];
    if (job === undefined) return false;
    const failed = this.#random.chance(0.05); // its attempts are used up
    if (failed) this.#failed.add(job.job);
    else database.settle(job.rows, job.key);
    if (!failed && this.#random.chance(0.15)) return true;
    this.#jobs.splice(index, 1);
    return false;
  }
}
