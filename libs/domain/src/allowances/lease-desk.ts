/**
 * Where requests get their holds: at once from what is free, else in a line per account.
 *
 * Fair: new requests never overtake waiting ones of their account that want the same. Frugal: one take in flight per account carries the
 * wants of all its waiters; one reclaim and one refusal serve them all. A refused take first asks every gateway to
 * give back what is idle and is tried again twice before the refusal is final.
 *
 * A state machine without clock or I/O: times are arguments, what is to be done comes out of `drainEffects`. Drain
 * after every call (`hasEffects` is cheap), answer every take exactly once, and call `tick` every 10 ms or so while
 * `waiting` > 0. One desk per epoch.
 */
import { allowanceId, allowanceRef } from './allowance-ref.js';
import type { ClockReading } from './clock-reading.js';
import type { EpochBeat } from './epoch-beat.js';
import type { Hold, HoldNeeds } from './hold.js';
import { ALLOWANCE_KINDS } from './kind.js';
import type { LeaseBook } from './lease-book.js';
import type {
  Acquired,
  DeskEffect,
  DeskRefusal,
  TakeCall,
  TakeOutcome,
  Waiter,
} from './lease-desk.types.js';
import type { RefusedRow } from './lease-rows.js';
import { Refusals } from './refusals.js';
import type { LeaseTimings } from './timings.js';
import { LEASE_TIMINGS } from './timings.js';
import type { TakeContext, WaitingLine } from './waiting-line.js';
import { mayPass, newWaitingLine, refillItems, takeItems } from './waiting-line.js';

/** Gives holds from one epoch's leases. */
export class LeaseDesk {
  readonly book: LeaseBook;
  readonly #beat: EpochBeat;
  readonly #timings: LeaseTimings;
  readonly #lines = new Map<string, WaitingLine>();
  readonly #refusals: Refusals;
  #effects: DeskEffect[] = [];
  #waiting = 0;

  constructor(book: LeaseBook, beat: EpochBeat, timings: LeaseTimings = LEASE_TIMINGS) {
    this.book = book;
    this.#beat = beat;
    this.#timings = timings;
    this.#refusals = new Refusals(timings.refusalCacheMs);
  }

  /** Waiters of all accounts. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether `drainEffects` has anything to give. */
  get hasEffects(): boolean {
    return this.#effects.length > 0;
  }

  /** What is to be done since the last drain. */
  drainEffects(): DeskEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** A hold for a new request: at once, later by an effect for the waiter, or not at all. */
  acquire(needs: HoldNeeds, now: ClockReading): Acquired {
    if (this.book.closed) return { status: 'refused', refusal: { reason: 'epoch_ended' } };
    if (!this.#beat.termHolds(now)) return { status: 'refused', refusal: { reason: 'term' } };
    const line = this.#lines.get(needs.account);
    if (line === undefined || mayPass(line, needs)) {
      const hold = this.book.tryHold(needs, now.monotonicMs);
      if (hold !== null) {
        if (line === undefined) this.#refill(needs, hold, now);
        return { status: 'held', hold };
      }
    }
    return this.#wait(needs, null, now);
  }

  /** More for an open hold of this book: the next slice of a stream. */
  extend(hold: Hold, needs: HoldNeeds, now: ClockReading): Acquired {
    if (this.book.closed) return { status: 'refused', refusal: { reason: 'epoch_ended' } };
    if (!this.#beat.termHolds(now)) return { status: 'refused', refusal: { reason: 'term' } };
    const line = this.#lines.get(needs.account);
    if (line === undefined || mayPass(line, needs)) {
      if (this.book.tryExtend(hold, needs, now.monotonicMs)) {
        if (line === undefined) this.#refill(needs, hold, now);
        return { status: 'held', hold };
      }
    }
    return this.#wait(needs, hold, now);
  }

  /** The client of a waiter left: it waits no longer. Whether it was still waiting. */
  cancel(waiter: Waiter, now: ClockReading): boolean {
    const line = this.#lines.get(waiter.needs.account);
    if (line === undefined || !line.waiters.includes(waiter)) return false;
    this.#remove(line, waiter);
    this.#pump(line, now);
    return true;
  }

  /** Something of the account's leases became free: a hold ended or was released. Cheap when nobody waits. */
  freed(account: string, now: ClockReading): void {
    if (this.#waiting === 0) return;
    const line = this.#lines.get(account);
    if (line !== undefined) this.#pump(line, now);
  }

  /** A credit, a changed limit (of `owner`) or a change of configuration (all): earlier refusals say nothing now. */
  forgetRefusals(now: ClockReading, owner?: string): void {
    this.#refusals.forget(owner);
    for (const line of this.#lines.values()) {
      if (line.refused === null) continue;
      if (owner !== undefined && line.refused.owner !== owner) continue;
      line.retryAtMs = 0;
      this.#pump(line, now);
    }
  }

  /** Retries and deadlines. */
  tick(now: ClockReading): void {
    const atMs = now.monotonicMs;
    this.#refusals.expire(atMs);
    for (const line of [...this.#lines.values()]) {
      for (const waiter of line.waiters.filter((each) => each.deadlineMs <= atMs)) {
        this.#refuse(line, waiter, { reason: 'timeout' });
      }
      this.#pump(line, now);
    }
  }

  /** The answer to a take, exactly once each; a late answer to a take given up as `unknown` must be dropped. */
  takeAnswered(take: TakeCall, outcome: TakeOutcome, now: ClockReading): void {
    const line = this.#lines.get(take.account);
    if (line?.taking !== take || this.book.closed) return;
    line.taking = null;
    switch (outcome.outcome) {
      case 'granted':
        for (const row of outcome.rows) {
          const ref = allowanceRef(row.owner, row.kind, row.period);
          this.book.adoptGranted(ref, row.granted, now.monotonicMs);
        }
        line.refused = null;
        this.#pump(line, now);
        this.#aimRefill(take);
        return;
      case 'refused':
        if (take.background)
          for (const item of take.items) this.book.lease(item.ref).refillBelow = 0n;
        else this.#refused(line, take, outcome.row, now);
        this.#pump(line, now);
        return;
      case 'resync':
        this.#resync(take, outcome.rows, now);
        this.#pump(line, now);
        return;
      case 'unknown':
        this.book.resyncWanted = true;
        line.retryAtMs = now.monotonicMs + this.#timings.unknownRetryMs;
        this.#pump(line, now);
        return;
      case 'closed':
        this.end('closed');
        return;
    }
  }

  /** The epoch ended (`closed`), or its rows are `behind`: nothing is held from it any more, nobody waits for it. */
  end(how: 'closed' | 'behind'): void {
    if (this.book.closed) return;
    this.book.close();
    this.#effects.push({ type: 'epoch_ended', how });
    for (const line of this.#lines.values()) {
      for (const waiter of line.waiters.slice())
        this.#refuse(line, waiter, { reason: 'epoch_ended' });
    }
    this.#lines.clear();
  }

  #wait(needs: HoldNeeds, hold: Hold | null, now: ClockReading): Acquired {
    const atMs = now.monotonicMs;
    const refusal = this.#refusals.match(needs, this.book, atMs);
    if (refusal !== null) return { status: 'refused', refusal };
    if (this.#waiting >= this.#timings.waitersMax) {
      return { status: 'refused', refusal: { reason: 'overloaded' } };
    }
    const waitMs = hold === null ? this.#timings.waitMs : this.#timings.extensionWaitMs;
    const waiter: Waiter = { needs, extends: hold, deadlineMs: atMs + waitMs };
    let line = this.#lines.get(needs.account);
    if (line === undefined) {
      line = newWaitingLine(needs.account);
      this.#lines.set(needs.account, line);
    }
    line.waiters.push(waiter);
    this.#waiting += 1;
    // A newcomer behind others changes nothing for the first one: only the take's `want` grows, at the next take.
    if (line.waiters.length === 1) this.#pump(line, now);
    return { status: 'waiting', waiter };
  }

  /** Serves the line as far as it goes, then fetches for whoever is first. */
  #pump(line: WaitingLine, now: ClockReading): void {
    if (this.book.closed) return;
    const atMs = now.monotonicMs;
    const mayHold = this.#beat.termHolds(now);
    for (let first = line.waiters[0]; first !== undefined; first = line.waiters[0]) {
      const hold = mayHold ? this.#serve(first, atMs) : null;
      if (hold !== null) {
        this.#remove(line, first);
        this.#effects.push({ type: 'admitted', waiter: first, hold });
        continue;
      }
      const refusal = this.#refusals.match(first.needs, this.book, atMs);
      if (refusal === null) break;
      this.#refuse(line, first, refusal);
    }
    if (line.taking !== null) return;
    if (line.waiters.length === 0) {
      this.#lines.delete(line.account);
      return;
    }
    if (!mayHold || atMs < line.retryAtMs) return;
    const items = takeItems(line.waiters, this.#context(atMs));
    if (items.length > 0) this.#send(line, { account: line.account, items, background: false });
  }

  #serve(waiter: Waiter, atMs: number): Hold | null {
    if (waiter.extends === null) return this.book.tryHold(waiter.needs, atMs);
    return this.book.tryExtend(waiter.extends, waiter.needs, atMs) ? waiter.extends : null;
  }

  /** A refusal is final once the others had their time to give back; until then they are asked and it is retried. */
  #refused(line: WaitingLine, take: TakeCall, row: RefusedRow, now: ClockReading): void {
    const atMs = now.monotonicMs;
    const id = allowanceId(row.owner, row.kind, row.period);
    const item = take.items.find((each) => each.ref.id === id);
    if (item === undefined) return;
    if (line.refused?.id !== id)
      line.refused = { id, owner: row.owner, kind: row.kind, count: 0, firstMs: atMs };
    const retryMs = this.#timings.reclaimRetriesMs[line.refused.count];
    if (retryMs === undefined || this.#refusals.refusedLately(id, atMs)) {
      line.refused = null;
      this.#refusals.remember(id, row, item.need, atMs);
      return;
    }
    line.refused.count += 1;
    line.retryAtMs = Math.max(atMs, line.refused.firstMs + retryMs);
    this.#effects.push({ type: 'reclaim', ref: item.ref });
  }

  #resync(
    take: TakeCall,
    rows: Extract<TakeOutcome, { outcome: 'resync' }>['rows'],
    now: ClockReading,
  ): void {
    for (const row of rows) {
      const ref = allowanceRef(row.owner, row.kind, row.period);
      const known = take.items.find((item) => item.ref.id === ref.id)?.known ?? 0n;
      if (row.granted < known) {
        this.end('behind');
        return;
      }
      this.book.adoptGranted(ref, row.granted, now.monotonicMs);
    }
  }

  /** After a generous grant the next one is fetched when half of it is left; after a scant one nobody fetches ahead. */
  #aimRefill(take: TakeCall): void {
    for (const item of take.items) {
      const lease = this.book.lease(item.ref);
      const generous = lease.granted - item.known > item.need;
      lease.refillBelow = generous ? lease.free / 2n : 0n;
    }
  }

  #refill(needs: HoldNeeds, hold: Hold, now: ClockReading): void {
    for (const kind of ALLOWANCE_KINDS) {
      const lease = hold.leases[kind];
      if (lease === null || lease.free >= lease.refillBelow) continue;
      const items = refillItems(needs, this.#context(now.monotonicMs));
      if (items.length === 0) return;
      const line = newWaitingLine(needs.account);
      this.#lines.set(needs.account, line);
      this.#send(line, { account: needs.account, items, background: true });
      return;
    }
  }

  #send(line: WaitingLine, take: TakeCall): void {
    line.taking = take;
    this.#effects.push({ type: 'take', take });
  }

  #refuse(line: WaitingLine, waiter: Waiter, refusal: DeskRefusal): void {
    this.#remove(line, waiter);
    this.#effects.push({ type: 'refused', waiter, refusal });
  }

  #remove(line: WaitingLine, waiter: Waiter): void {
    line.waiters.splice(line.waiters.indexOf(waiter), 1);
    this.#waiting -= 1;
  }

  #context(atMs: number): TakeContext {
    return { book: this.book, atMs, spendingWindowMs: this.#timings.spendingWindowMs };
  }
}
