/** The rules of the protocol that a schedule may switch off, to show that each is needed. */
export const RULES = {
  cas: 'a take is compare-and-set on the cumulative grant the gateway knows',
  returnsAsTotals: 'a return states the cumulative total, applied with greatest()',
  clampHold: 'settlement consumes min(charge, hold) of the lease, never the charge',
  byRequest: 'idempotent by request id, effects only for rows really inserted',
  lateNoLease: 'settlement under a closed epoch touches `used` only',
  releaseLate: 'leases are freed after TERM + longest request + margin',
  ticks: 'silence is counted in observed sweeper ticks, not by timestamps',
  beatResets: 'a beat sets silent = 0 itself, a repeated one too',
  beatCas: 'a beat is compare-and-set, so a restored database is noticed',
  term: 'no hold when the last acknowledged beat was sent TERM ago',
  recheck: 'TERM is checked again between begin and dispatch',
  wallClock: 'elapsed time is the larger of monotonic and wall clock',
  closeLast: 'recovery settles the whole journal before it closes the old epochs',
  closeOlder: 'recovery closes only epochs older than its own',
  closeConfirmed: 'an epoch is closed only when every request of it is confirmed',
  segmentWhole: 'a segment is dropped when all its requests are confirmed, not its last one',
  confirmDb: 'confirmation comes from PostgreSQL, not from the queue',
  resendNewId: 'an unconfirmed batch is sent again under a new job id',
  endFirst: 'end is journaled before the client sees the last byte and before the batch',
  lockDirectory: 'one process per journal directory',
  resync: 'a gateway re-reads its own lease rows and adopts grants',
  adopt: 'a recovering process beats for the epochs it is recovering',
  period: 'the charge goes to the period of the hold',
  behind: 'rows behind what was acknowledged end the epoch',
  voidFrees: 'a voided request gives its hold back',
} as const;

/** Name of a rule. */
export type Rule = keyof typeof RULES;

/**
 * What may go wrong: `strict` = no gateway silent for longer than the leases live; `long` = any silence; `restore` =
 * also the database going back in time; `ten` = no faults, a balance worth ten requests and sixty of them.
 */
export type ScheduleClass = 'strict' | 'long' | 'restore' | 'ten';

/** Times of the simulation in ticks of about 10 s. */
export const TICKS = {
  term: 6,
  longestRequest: 15,
  releaseAfter: 24,
  releaseTooEarly: 8,
  callTimeout: 3,
  resend: 6,
  idle: 4,
  resync: 6,
} as const;

/** Thrown when an invariant of the money path does not hold. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Random numbers from a seed: the same seed replays the same schedule. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) >>> 0;
  }

  /** A number from 0 (inclusive) to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 to `below` − 1. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }
}
