import type { AllowanceRef } from './allowance-ref.js';
import type { Hold, HoldNeeds } from './hold.js';
import type { GrantRow, LeaseRow, RefusedRow, TakeItem } from './lease-rows.js';

/** A request, or a stream wanting its next slice, that waits for a lease. Compare by identity. */
export interface Waiter {
  readonly needs: HoldNeeds;
  /** The hold to extend; null for a new request. */
  readonly extends: Hold | null;
  /** Refused with `timeout` from then on, monotonic ms. */
  readonly deadlineMs: number;
}

/** Why no hold was given. */
export type DeskRefusal =
  | {
      /** An allowance has too little left, after the other gateways were asked to give back. */
      readonly reason: 'allowance';
      readonly ref: AllowanceRef;
      readonly cap: bigint;
      readonly used: bigint;
      readonly leased: bigint;
      /** What the request takes of it. */
      readonly amount: bigint;
    }
  /** PostgreSQL has not acknowledged a beat for TERM: 503, Retry-After. */
  | { readonly reason: 'term' }
  /** Too many wait: 503, Retry-After. */
  | { readonly reason: 'overloaded' }
  /** PostgreSQL did not answer in time: 503, Retry-After; a stream ends cleanly. */
  | { readonly reason: 'timeout' }
  /** The epoch ended: a new request asks the next epoch, a stream ends cleanly. */
  | { readonly reason: 'epoch_ended' };

/** A call of `lease_take` for one account; answer it with `LeaseDesk.takeAnswered`. */
export interface TakeCall {
  readonly account: string;
  /** In lock order. */
  readonly items: readonly TakeItem[];
  /** Nobody waits for it; a refusal is of no consequence. */
  readonly background: boolean;
}

/** What came of a take. `unknown`: no answer, it may or may not have been applied. */
export type TakeOutcome =
  | { readonly outcome: 'granted'; readonly rows: readonly GrantRow[] }
  | { readonly outcome: 'refused'; readonly row: RefusedRow }
  | { readonly outcome: 'resync'; readonly rows: readonly (GrantRow | LeaseRow)[] }
  | { readonly outcome: 'closed' }
  | { readonly outcome: 'unknown' };

/** What the caller has to do. Perform them in order. */
export type DeskEffect =
  | { readonly type: 'take'; readonly take: TakeCall }
  | { readonly type: 'reclaim'; readonly ref: AllowanceRef }
  | { readonly type: 'admitted'; readonly waiter: Waiter; readonly hold: Hold }
  | { readonly type: 'refused'; readonly waiter: Waiter; readonly refusal: DeskRefusal }
  /** The book is closed already: open a new epoch. `behind`: PostgreSQL lost what it had acknowledged. */
  | { readonly type: 'epoch_ended'; readonly how: 'closed' | 'behind' };

/** What `LeaseDesk.acquire` answers at once. */
export type Acquired =
  | { readonly status: 'held'; readonly hold: Hold }
  | { readonly status: 'waiting'; readonly waiter: Waiter }
  | { readonly status: 'refused'; readonly refusal: DeskRefusal };
