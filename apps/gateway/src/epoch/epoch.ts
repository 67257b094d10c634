import { EpochBeat, LEASE_TIMINGS, LeaseBook, LeaseDesk } from '@weir/domain';
import type { ClockReading } from '@weir/domain';

/** A request that no lease covers is answered within 2 s, its refusal's own way included. */
const WAIT_MS = 1_900;

/**
 * One span of a gateway process towards PostgreSQL, named by a random UUID (never by a sequence, which a
 * restored database hands out twice). Leases belong to it and end with it.
 */
export class Epoch {
  readonly book: LeaseBook;
  readonly beat: EpochBeat;
  readonly desk: LeaseDesk;
  /** `retiring`: no new requests, beaten for until its own are confirmed. `ended`: dropped. */
  state: 'open' | 'retiring' | 'ended' = 'open';

  constructor(
    readonly id: string,
    readonly openedAt: ClockReading,
    termMs: number,
  ) {
    this.book = new LeaseBook(id);
    this.beat = new EpochBeat(termMs);
    this.desk = new LeaseDesk(this.book, this.beat, { ...LEASE_TIMINGS, termMs, waitMs: WAIT_MS });
  }

  /** Whether a new hold may be taken now (TERM). */
  holdable(now: ClockReading): boolean {
    return this.state === 'open' && this.beat.termHolds(now);
  }

  /** Whether a request admitted here may still be dispatched now: retiring epochs are beaten for as well. */
  dispatchable(now: ClockReading): boolean {
    return this.state !== 'ended' && this.beat.termHolds(now);
  }
}
