import type { AllowanceRef } from './allowance-ref.js';
import type { ByKind } from './kind.js';
import type { Lease } from './lease.js';

/**
 * What a request takes of its allowances. Every capped allowance is held, all or none; those without a cap need no
 * lease. A cap of 0 must be refused by the caller before: it blocks even what costs nothing, which needs no lease.
 */
export interface HoldNeeds {
  /** Requests of one account wait in one line. */
  readonly account: string;
  /** The request's allowances by kind; `allowanceRefs` makes them. */
  readonly refs: readonly AllowanceRef[];
  /** Bit k set: the allowance of kind k has a cap. */
  readonly cappedKinds: number;
  /** Taken of kinds 0, 4, 5, 6. Nano, ≥ 0. */
  readonly costNano: bigint;
  /** Taken of kinds 1, 2, 3. Effective tokens, ≥ 0. */
  readonly tokens: bigint;
}

/** What a hold's owner may do with it; `LeaseBook` implements it. */
export interface HoldBook {
  readonly epochId: string;
  readonly closed: boolean;
  tryExtend(hold: Hold, needs: HoldNeeds, atMs: number): boolean;
  cover(hold: Hold, costNano: bigint, tokens: bigint): void;
  end(hold: Hold, costNano: bigint, tokens: bigint): void;
  release(hold: Hold): void;
  confirm(hold: Hold): void;
}

/** A running request's part of the leases of one epoch. Only `LeaseBook` changes it. */
export class Hold {
  /** The book, and so the epoch, it was taken from. It never moves to another one. */
  readonly book: HoldBook;
  readonly account: string;
  readonly refs: readonly AllowanceRef[];
  /** Held by kind; 0n = none taken. These are the `holds` of the journal and of the settlement message. */
  readonly heldByKind: ByKind<bigint> = [0n, 0n, 0n, 0n, 0n, 0n, 0n];
  /** What the end consumed of each lease, by kind. */
  readonly consumedByKind: ByKind<bigint> = [0n, 0n, 0n, 0n, 0n, 0n, 0n];
  /** The lease behind each kind; null where nothing is held. */
  readonly leases: ByKind<Lease | null> = [null, null, null, null, null, null, null];
  /** Bit k set: the allowance of kind k had a cap when it was held or extended. */
  cappedKinds = 0;
  state: 'open' | 'released' | 'ended' | 'confirmed' = 'open';

  constructor(book: HoldBook, needs: HoldNeeds) {
    this.book = book;
    this.account = needs.account;
    this.refs = needs.refs;
  }
}
