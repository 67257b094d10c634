/**
 * The heartbeat of one epoch: whether this process may still take holds (TERM), and what time it is on PostgreSQL.
 *
 * A beat is dated at its *sending*: that is the latest moment PostgreSQL can have counted us as alive from. The number
 * is compare-and-set there (n − 1 or n), so a beat whose answer was lost is repeated with the same number.
 */
import type { ClockReading } from './clock-reading.js';
import { elapsedMs } from './clock-reading.js';
import { TERM_MS } from './timings.js';

/** A beat on its way. */
export interface BeatCall {
  readonly n: bigint;
  readonly sentAt: ClockReading;
}

/** The beat of one epoch. One call at a time. */
export class EpochBeat {
  readonly #termMs: number;
  #acknowledged = 0n;
  #inFlight: BeatCall | null = null;
  #lastAck: ClockReading | null = null;
  #databaseNowMs = 0;
  #databaseNowFloorMs = 0;

  constructor(termMs = TERM_MS) {
    this.#termMs = termMs;
  }

  /** Number of the last acknowledged beat. */
  get acknowledged(): bigint {
    return this.#acknowledged;
  }

  /** `epoch_open` was answered; it counts as beat 0. `databaseNowMs`: now() in its answer, ms since 1970. */
  opened(sentAt: ClockReading, databaseNowMs: number): void {
    this.#record(sentAt, databaseNowMs);
  }

  /** The next beat to send, or null while one is on its way. */
  next(now: ClockReading): BeatCall | null {
    if (this.#inFlight !== null) return null;
    this.#inFlight = { n: this.#acknowledged + 1n, sentAt: now };
    return this.#inFlight;
  }

  /** PostgreSQL answered `ok` to the beat. */
  answered(call: BeatCall, databaseNowMs: number): void {
    if (call !== this.#inFlight) return;
    this.#inFlight = null;
    this.#acknowledged = call.n;
    this.#record(call.sentAt, databaseNowMs);
  }

  /** The beat's outcome is unknown: the next one repeats its number. */
  unknown(call: BeatCall): void {
    if (call === this.#inFlight) this.#inFlight = null;
  }

  /** Whether new holds may be taken: the last acknowledged beat was sent less than TERM ago. */
  termHolds(now: ClockReading): boolean {
    return this.#lastAck !== null && elapsedMs(this.#lastAck, now) < this.#termMs;
  }

  /**
   * PostgreSQL's clock, ms since 1970: its now() in the last answer + the monotonic time since that call was sent. At most one
   * network delay ahead, and never going back, so a later request is never put into an earlier period.
   */
  databaseNowMs(now: ClockReading): number {
    if (this.#lastAck !== null) {
      const sinceMs = now.monotonicMs - this.#lastAck.monotonicMs;
      const reading = this.#databaseNowMs + sinceMs;
      if (reading > this.#databaseNowFloorMs) this.#databaseNowFloorMs = reading;
    }
    return this.#databaseNowFloorMs;
  }

  #record(sentAt: ClockReading, databaseNowMs: number): void {
    this.#lastAck = sentAt;
    this.#databaseNowMs = databaseNowMs;
  }
}
