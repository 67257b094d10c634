/**
 * A gateway's slice of one allowance within one epoch. `granted`, `returned` and `consumed` are cumulative and only
 * grow, so a lost, late or repeated call can do no harm; only `held` goes down again.
 *
 * free = granted − returned − consumed − held ≥ 0. PostgreSQL's row has granted ≥ ours, returned ≤ ours and
 * consumed ≤ ours, hence what is open there always covers held + ended-but-unsettled + free. `free` is kept beside the
 * counters because every request reads it; `verify` compares.
 */
import { invariant } from '../invariant.js';
import type { AllowanceRef } from './allowance-ref.js';

/** Mutable lease; only `LeaseBook` calls its methods that change it. Amounts in nano or effective tokens, ≥ 0. */
export class Lease {
  readonly ref: AllowanceRef;
  #granted = 0n;
  #returned = 0n;
  #returnedAcknowledged = 0n;
  #consumed = 0n;
  #confirmed = 0n;
  #held = 0n;
  #free = 0n;
  #spentBefore = 0n;
  #spentNow = 0n;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  /** When it was last held from or granted, monotonic ms. */
  lastUsedMs = Number.NEGATIVE_INFINITY;
  /** Below this free amount a refill is fetched in the background; 0 = not now. */
  refillBelow = 0n;

  constructor(ref: AllowanceRef) {
    this.ref = ref;
  }

  /** Cumulative grants, as PostgreSQL last told. */
  get granted(): bigint {
    return this.#granted;
  }
  /** Cumulative amount given back, whether or not PostgreSQL has heard of it. */
  get returned(): bigint {
    return this.#returned;
  }
  /** The part of `returned` that PostgreSQL acknowledged. */
  get returnedAcknowledged(): bigint {
    return this.#returnedAcknowledged;
  }
  /** Cumulative charges of ended requests, each at most its hold. */
  get consumed(): bigint {
    return this.#consumed;
  }
  /** The part of `consumed` whose settlement PostgreSQL confirmed. */
  get confirmed(): bigint {
    return this.#confirmed;
  }
  /** Held by running requests. */
  get held(): bigint {
    return this.#held;
  }
  /** What may still be held. */
  get free(): bigint {
    return this.#free;
  }

  /** Moves an amount ≤ free to held. */
  hold(amount: bigint): void {
    this.#free -= amount;
    this.#held += amount;
    invariant(this.#free >= 0n, 'A hold never exceeds the free part of its lease.');
  }

  /** Counts spending for `recentSpending`, in windows of a fixed length. */
  noteSpending(amount: bigint, atMs: number, windowMs: number): void {
    const elapsed = atMs - this.#windowStartMs;
    if (elapsed >= windowMs) {
      this.#spentBefore = elapsed >= 2 * windowMs ? 0n : this.#spentNow;
      this.#spentNow = 0n;
      this.#windowStartMs = atMs;
    }
    this.#spentNow += amount;
    this.lastUsedMs = atMs;
  }

  /** What was held within about the last window: the amount worth fetching ahead. */
  recentSpending(atMs: number, windowMs: number): bigint {
    const elapsed = atMs - this.#windowStartMs;
    if (elapsed >= 2 * windowMs) return 0n;
    if (elapsed >= windowMs) return this.#spentNow;
    return this.#spentNow > this.#spentBefore ? this.#spentNow : this.#spentBefore;
  }

  /** Gives a hold back whole: voided or refused before dispatch. */
  release(hold: bigint): void {
    this.#held -= hold;
    this.#free += hold;
    invariant(this.#held >= 0n, 'What is released was held.');
  }

  /** Ends a hold: the charge, at most the hold, is consumed and the rest is free again. Returns what was consumed. */
  end(hold: bigint, charge: bigint): bigint {
    const consumed = charge < hold ? charge : hold;
    this.#held -= hold;
    this.#consumed += consumed;
    this.#free += hold - consumed;
    invariant(this.#held >= 0n && consumed >= 0n, 'What ends was held, and no charge is negative.');
    return consumed;
  }

  /** PostgreSQL confirmed the settlement of a consumption. */
  confirm(consumed: bigint): void {
    this.#confirmed += consumed;
    invariant(this.#confirmed <= this.#consumed, 'Only consumed amounts are confirmed.');
  }

  /** Takes over PostgreSQL's cumulative grant; a lower figure is an older answer and changes nothing. */
  adoptGranted(granted: bigint, atMs: number): void {
    if (granted <= this.#granted) return;
    this.#free += granted - this.#granted;
    this.#granted = granted;
    this.lastUsedMs = atMs;
  }

  /** Moves all that is free to returned, before any call is sent, so that it can never be spent as well. */
  giveBack(): bigint {
    const amount = this.#free;
    this.#returned += amount;
    this.#free = 0n;
    return amount;
  }

  /** PostgreSQL has applied this total of returns. */
  acknowledgeReturned(total: bigint): void {
    if (total > this.#returnedAcknowledged) this.#returnedAcknowledged = total;
  }

  /** Throws unless the counters agree. */
  verify(): void {
    const free = this.#granted - this.#returned - this.#consumed - this.#held;
    invariant(
      free === this.#free && free >= 0n,
      `Lease ${this.ref.id}: free is ${this.#free}, counters say ${free}.`,
    );
    invariant(
      this.#returnedAcknowledged <= this.#returned,
      `Lease ${this.ref.id}: more acknowledged than returned.`,
    );
  }
}
