/**
 * All leases of one epoch of one gateway, and the only code that changes them. Synchronous: what one method does
 * happens in one turn of the event loop, so two requests can never hold the same money.
 *
 * A hold is all or nothing. An epoch that ended (`close`) grants, extends, covers and gives back nothing any more, but
 * its running requests still end within their holds and settle under it.
 */
import { invariant } from '../invariant.js';
import type { AllowanceRef } from './allowance-ref.js';
import { allowanceRef } from './allowance-ref.js';
import type { HoldBook, HoldNeeds } from './hold.js';
import { Hold } from './hold.js';
import type { AllowanceKind } from './kind.js';
import { ALLOWANCE_KINDS, amountOfKind } from './kind.js';
import { Lease } from './lease.js';
import type { LeaseRow, ResyncProbe, ReturnItem } from './lease-rows.js';
import { rowsAreBehind } from './lease-rows.js';
import { IDLE_RETURN_MS, SPENDING_WINDOW_MS } from './timings.js';

/** The leases of one epoch. */
export class LeaseBook implements HoldBook {
  readonly epochId: string;
  /** Whether PostgreSQL may know a grant that we do not: re-read the rows soon. */
  resyncWanted = false;
  readonly #leases = new Map<string, Lease>();
  readonly #unacknowledged = new Set<Lease>();
  readonly #spendingWindowMs: number;
  #closed = false;
  #openHolds = 0;
  #unconfirmed = 0;

  constructor(epochId: string, spendingWindowMs = SPENDING_WINDOW_MS) {
    this.epochId = epochId;
    this.#spendingWindowMs = spendingWindowMs;
  }

  /** Whether the epoch ended, on PostgreSQL's side or ours. */
  get closed(): boolean {
    return this.#closed;
  }
  /** Holds that neither ended nor were released. */
  get openHolds(): number {
    return this.#openHolds;
  }
  /** Requests that ended and whose settlement is not confirmed. */
  get unconfirmed(): number {
    return this.#unconfirmed;
  }
  /** Whether the epoch may be closed: nothing runs and everything that ended is confirmed. */
  get drained(): boolean {
    return this.#openHolds === 0 && this.#unconfirmed === 0;
  }

  /** The lease of an allowance, made empty when there is none. */
  lease(ref: AllowanceRef): Lease {
    let lease = this.#leases.get(ref.id);
    if (lease === undefined) {
      lease = new Lease(ref);
      this.#leases.set(ref.id, lease);
    }
    return lease;
  }

  /** Every lease of the epoch. */
  leases(): IterableIterator<Lease> {
    return this.#leases.values();
  }

  /** What may still be held of an allowance; 0 without a lease. */
  free(ref: AllowanceRef): bigint {
    return this.#leases.get(ref.id)?.free ?? 0n;
  }

  /** Holds on every capped allowance or on none; null = at least one lease has too little free. */
  tryHold(needs: HoldNeeds, atMs: number): Hold | null {
    if (this.#closed) return null;
    const hold = new Hold(this, needs);
    if (!this.#take(hold, needs, atMs)) return null;
    this.#openHolds += 1;
    return hold;
  }

  /** Adds to an open hold, all or nothing, on the allowances named when it was taken. */
  tryExtend(hold: Hold, needs: HoldNeeds, atMs: number): boolean {
    this.#assertOpen(hold);
    invariant(needs.refs === hold.refs, 'An extension names the allowances of its hold.');
    return !this.#closed && this.#take(hold, needs, atMs);
  }

  /** Whether a hold would find too little on this allowance; how much is missing (0n = none). */
  deficit(needs: HoldNeeds, kind: AllowanceKind): bigint {
    const ref = needs.refs[kind];
    if (ref === undefined || (needs.cappedKinds & (1 << kind)) === 0) return 0n;
    const missing = amountOfKind(kind, needs.costNano, needs.tokens) - this.free(ref);
    return missing > 0n ? missing : 0n;
  }

  /**
   * Covers charges above the hold from what is free, as far as it goes. Call it before `end` is journaled, so that the
   * record names the holds that settlement may consume.
   */
  cover(hold: Hold, costNano: bigint, tokens: bigint): void {
    this.#assertOpen(hold);
    if (this.#closed) return;
    for (const kind of ALLOWANCE_KINDS) {
      if ((hold.cappedKinds & (1 << kind)) === 0) continue;
      const ref = hold.refs[kind];
      const lease = ref === undefined ? undefined : this.#leases.get(ref.id);
      if (lease === undefined) continue;
      const held = hold.heldByKind[kind];
      const excess = amountOfKind(kind, costNano, tokens) - held;
      const covered = excess < lease.free ? excess : lease.free;
      if (covered <= 0n) continue;
      lease.hold(covered);
      hold.leases[kind] = lease;
      hold.heldByKind[kind] = held + covered;
    }
  }

  /** Ends a hold after its `end` record is written: charges within it are consumed, the rest is free again. */
  end(hold: Hold, costNano: bigint, tokens: bigint): void {
    this.#assertOpen(hold);
    for (const kind of ALLOWANCE_KINDS) {
      const lease = hold.leases[kind];
      if (lease === null) continue;
      const charge = amountOfKind(kind, costNano, tokens);
      hold.consumedByKind[kind] = lease.end(hold.heldByKind[kind], charge);
    }
    hold.state = 'ended';
    this.#openHolds -= 1;
    this.#unconfirmed += 1;
  }

  /** Gives a hold back whole: nothing was dispatched, or no attempt was charged and no row is wanted. */
  release(hold: Hold): void {
    this.#assertOpen(hold);
    for (const kind of ALLOWANCE_KINDS) {
      const lease = hold.leases[kind];
      if (lease !== null) lease.release(hold.heldByKind[kind]);
      hold.heldByKind[kind] = 0n;
    }
    hold.state = 'released';
    this.#openHolds -= 1;
  }

  /** PostgreSQL confirmed the batch of an ended request. */
  confirm(hold: Hold): void {
    invariant(
      hold.book === this && hold.state === 'ended',
      'Only an ended request of this epoch is confirmed.',
    );
    for (const kind of ALLOWANCE_KINDS) {
      hold.leases[kind]?.confirm(hold.consumedByKind[kind]);
    }
    hold.state = 'confirmed';
    this.#unconfirmed -= 1;
  }

  /** Gives back all that is free of one allowance (NOTIFY reclaim). Whether something was; then send `pendingReturns`. */
  giveBack(ref: AllowanceRef): boolean {
    const lease = this.#leases.get(ref.id);
    return lease !== undefined && this.#giveBack(lease);
  }

  /** Gives back all that is free of leases unused for a while. Whether something was. */
  giveBackIdle(atMs: number, idleMs = IDLE_RETURN_MS): boolean {
    let any = false;
    for (const lease of this.#leases.values()) {
      if (lease.free > 0n && atMs - lease.lastUsedMs >= idleMs && this.#giveBack(lease)) any = true;
    }
    return any;
  }

  /** Gives back all that is free: shutdown and rotation. Whether something was. */
  giveBackAll(): boolean {
    let any = false;
    for (const lease of this.#leases.values()) if (this.#giveBack(lease)) any = true;
    return any;
  }

  /** Totals that PostgreSQL has not acknowledged; send them until it does. Repeats are harmless. */
  pendingReturns(): ReturnItem[] {
    const items: ReturnItem[] = [];
    if (this.#closed) return items;
    for (const lease of this.#unacknowledged)
      items.push({ ref: lease.ref, returned: lease.returned });
    return items;
  }

  /** PostgreSQL answered `ok` to these totals. */
  acknowledgeReturns(items: readonly ReturnItem[]): void {
    for (const item of items) {
      const lease = this.lease(item.ref);
      lease.acknowledgeReturned(item.returned);
      if (lease.returnedAcknowledged === lease.returned) this.#unacknowledged.delete(lease);
    }
  }

  /** Takes over a cumulative grant that PostgreSQL told. Ignored once the epoch ended. */
  adoptGranted(ref: AllowanceRef, granted: bigint, atMs: number): void {
    if (!this.#closed) this.lease(ref).adoptGranted(granted, atMs);
  }

  /** What PostgreSQL has acknowledged by now. Take it when the call that lists the rows is *sent*. */
  beginResync(): ResyncProbe {
    this.resyncWanted = false;
    const acknowledged = new Map<string, { granted: bigint; returned: bigint; consumed: bigint }>();
    for (const [id, lease] of this.#leases) {
      acknowledged.set(id, {
        granted: lease.granted,
        returned: lease.returnedAcknowledged,
        consumed: lease.confirmed,
      });
    }
    return { acknowledged };
  }

  /**
   * Compares the rows with what had been acknowledged when the call was sent, and adopts grants we had not heard of.
   * `behind`: PostgreSQL forgot something (a restore, a fail-over to a late replica): end the epoch at once.
   */
  finishResync(probe: ResyncProbe, rows: readonly LeaseRow[], atMs: number): 'current' | 'behind' {
    if (this.#closed) return 'current';
    if (rowsAreBehind(probe, rows)) return 'behind';
    for (const row of rows) {
      this.lease(allowanceRef(row.owner, row.kind, row.period)).adoptGranted(row.granted, atMs);
    }
    return 'current';
  }

  /** Ends the epoch on our side. Running requests go on within their holds; nothing new is held from it. */
  close(): void {
    this.#closed = true;
  }

  /** Throws unless all counters agree, and Σ held = Σ of the open holds given. For tests and the always-on check. */
  verify(openHolds: Iterable<Hold>): void {
    const heldById = new Map<string, bigint>();
    for (const hold of openHolds) {
      if (hold.book !== this || hold.state !== 'open') continue;
      for (const kind of ALLOWANCE_KINDS) {
        const lease = hold.leases[kind];
        if (lease === null) continue;
        heldById.set(lease.ref.id, (heldById.get(lease.ref.id) ?? 0n) + hold.heldByKind[kind]);
      }
    }
    for (const [id, lease] of this.#leases) {
      lease.verify();
      invariant(
        lease.held === (heldById.get(id) ?? 0n),
        `Lease ${id}: held is not the sum of its holds.`,
      );
    }
  }

  #take(hold: Hold, needs: HoldNeeds, atMs: number): boolean {
    for (const kind of ALLOWANCE_KINDS) {
      if ((needs.cappedKinds & (1 << kind)) === 0) continue;
      const amount = amountOfKind(kind, needs.costNano, needs.tokens);
      if (amount === 0n) continue;
      const ref = hold.refs[kind];
      const lease = ref === undefined ? undefined : this.#leases.get(ref.id);
      if (lease === undefined || lease.free < amount) return false;
    }
    hold.cappedKinds |= needs.cappedKinds;
    for (const kind of ALLOWANCE_KINDS) {
      if ((needs.cappedKinds & (1 << kind)) === 0) continue;
      const amount = amountOfKind(kind, needs.costNano, needs.tokens);
      const ref = hold.refs[kind];
      if (amount === 0n || ref === undefined) continue;
      const lease = this.lease(ref);
      lease.hold(amount);
      lease.noteSpending(amount, atMs, this.#spendingWindowMs);
      hold.leases[kind] = lease;
      hold.heldByKind[kind] = hold.heldByKind[kind] + amount;
    }
    return true;
  }

  #giveBack(lease: Lease): boolean {
    if (this.#closed || lease.free === 0n) return false;
    lease.giveBack();
    this.#unacknowledged.add(lease);
    return true;
  }

  #assertOpen(hold: Hold): void {
    invariant(
      hold.book === this && hold.state === 'open',
      'Only an open hold of this epoch can change.',
    );
  }
}
