import type { KeyLimits } from './limit-rules.js';
import type { RateState } from './limit-verdict.js';

export interface LimitGrantInput {
  readonly limits: KeyLimits;
  /** Names the request's slot among those that run; '' where no other process counts. */
  readonly slot: string;
  /** Tokens it was counted with. */
  readonly tokensReserved: number;
  /** Bucket of each rule in this process. */
  readonly buckets: readonly number[];
  /** Bucket of each rule in Redis; null = Redis was not asked. */
  readonly sharedBuckets: readonly number[] | null;
  readonly state: RateState;
}

/** A request that counts against its key's limits, until it is given back. */
export class LimitGrant {
  readonly limits: KeyLimits;
  readonly slot: string;
  readonly tokensReserved: number;
  readonly buckets: readonly number[];
  readonly sharedBuckets: readonly number[] | null;
  readonly state: RateState;
  /** Tokens that the request used in the end; until then it counts with its estimate. */
  tokensSpent = 0;

  constructor(input: LimitGrantInput) {
    this.limits = input.limits;
    this.slot = input.slot;
    this.tokensReserved = input.tokensReserved;
    this.buckets = input.buckets;
    this.sharedBuckets = input.sharedBuckets;
    this.state = input.state;
  }
}
