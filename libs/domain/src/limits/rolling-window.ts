import { invariant } from '../invariant.js';

/** Every window is counted in so many buckets (decisions §4). */
export const WINDOW_BUCKETS = 60;

/** Lengths of the windows a limit can have, ms. */
export const WINDOW_MS = {
  minute: 60_000,
  hours5: 5 * 3_600_000,
  hours24: 24 * 3_600_000,
  days7: 7 * 24 * 3_600_000,
} as const;

/** What one bucket holds. */
export interface BucketUse {
  /** Number of the bucket since 1970: instant ÷ length of a bucket, rounded down. */
  readonly bucket: number;
  readonly amount: number;
}

/**
 * An amount (requests or tokens) counted over the last 60 buckets of a window. Buckets are aligned to 1970, so
 * that two gateways, Redis and a count made by PostgreSQL mean the same ones. What is added leaves again when its
 * bucket is 60 buckets old: after 59/60 to 60/60 of the window's length.
 *
 * Invariants: the total is the sum of the buckets; no bucket is negative. A clock that steps back adds to the
 * newest bucket, so that a step never frees anything.
 */
export class RollingWindow {
  /** Length of one bucket, ms. */
  readonly bucketMs: number;
  readonly #amounts = new Float64Array(WINDOW_BUCKETS);
  #newest = 0;
  #total = 0;

  /** @param lengthMs a multiple of 60 ms */
  constructor(lengthMs: number) {
    this.bucketMs = lengthMs / WINDOW_BUCKETS;
    invariant(Number.isInteger(this.bucketMs) && this.bucketMs > 0, 'A bucket has whole ms.');
  }

  /** What counts at `nowMs`. */
  total(nowMs: number): number {
    this.#advance(this.bucketOf(nowMs));
    return this.#total;
  }

  /** Adds to the bucket of `nowMs` and answers that bucket, for a later `correct`. */
  add(nowMs: number, amount: number): number {
    const bucket = this.bucketOf(nowMs);
    this.#advance(bucket);
    this.#change(this.#newest, amount);
    return this.#newest;
  }

  /** Changes an earlier amount by `delta`; nothing when its bucket has left the window already. */
  correct(bucket: number, delta: number): void {
    if (this.#counts(bucket)) this.#change(bucket, delta);
  }

  /** Raises a bucket to at least `amount`: what another witness saw. Buckets outside the window are passed over. */
  raise(use: BucketUse, nowMs: number): void {
    this.#advance(this.bucketOf(nowMs));
    if (!this.#counts(use.bucket)) return;
    const missing = use.amount - this.#at(use.bucket);
    if (missing > 0) this.#change(use.bucket, missing);
  }

  /**
   * How long until `amount` more fits under `limit`, ms: 0 = now; null = never, it is more than the limit.
   */
  msUntilRoom(nowMs: number, limit: number, amount: number): number | null {
    if (amount > limit) return null;
    let left = this.total(nowMs);
    if (left + amount <= limit) return 0;
    // Oldest first. At the latest the newest bucket makes room, for then nothing is left.
    let bucket = this.#newest - WINDOW_BUCKETS;
    do {
      bucket += 1;
      left -= this.#at(bucket);
    } while (left + amount > limit && bucket < this.#newest);
    return this.#leavesAtMs(bucket) - nowMs;
  }

  /** How long until nothing counts any more if nothing is added, ms. */
  msUntilEmpty(nowMs: number): number {
    if (this.total(nowMs) === 0) return 0;
    let bucket = this.#newest;
    while (this.#at(bucket) === 0) bucket -= 1;
    return this.#leavesAtMs(bucket) - nowMs;
  }

  /** Number of the bucket that an instant falls in. */
  bucketOf(nowMs: number): number {
    return Math.floor(nowMs / this.bucketMs);
  }

  #leavesAtMs(bucket: number): number {
    return (bucket + WINDOW_BUCKETS) * this.bucketMs;
  }

  #counts(bucket: number): boolean {
    return bucket >= 0 && bucket <= this.#newest && bucket > this.#newest - WINDOW_BUCKETS;
  }

  #at(bucket: number): number {
    return this.#amounts[bucket % WINDOW_BUCKETS] ?? 0;
  }

  #change(bucket: number, delta: number): void {
    const before = this.#at(bucket);
    const after = Math.max(0, before + delta);
    this.#amounts[bucket % WINDOW_BUCKETS] = after;
    this.#total += after - before;
  }

  #advance(bucket: number): void {
    if (bucket <= this.#newest) return;
    if (bucket - this.#newest >= WINDOW_BUCKETS) {
      this.#amounts.fill(0);
      this.#total = 0;
    } else {
      for (let gone = this.#newest + 1; gone <= bucket; gone += 1) this.#change(gone, -Infinity);
    }
    this.#newest = bucket;
  }
}
