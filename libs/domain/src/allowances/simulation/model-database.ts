/**
 * PostgreSQL as the lease protocol sees it: each method is one transaction of the functions in the protocol's part 2.3.
 * Only what matters to money is modelled; a method is atomic.
 */
import { EVER } from '../../periods/period.js';
import type { AllowanceRef } from '../allowance-ref.js';
import { allowanceRef } from '../allowance-ref.js';
import type { AllowanceKind } from '../kind.js';
import { amountOfKind, ownedByAccount } from '../kind.js';
import type { TakeOutcome } from '../lease-desk.types.js';
import type { LeaseRow, TakeItem } from '../lease-rows.js';
import type { Rule } from './rules.js';
import { Broken, TICKS } from './rules.js';

/** The kinds the simulation uses: balance, tokens of a day, spend of a key. */
export const MODEL_KINDS: readonly AllowanceKind[] = [0, 1, 4];

export interface AllowanceState {
  readonly ref: AllowanceRef;
  cap: bigint | null;
  used: bigint;
  leased: bigint;
  over: bigint;
}

export interface LeaseState {
  readonly epoch: string;
  readonly ref: AllowanceRef;
  granted: bigint;
  returned: bigint;
  consumed: bigint;
  released: bigint;
}

export interface EpochState {
  readonly id: string;
  readonly journal: string;
  readonly ord: number;
  state: 'open' | 'closed' | 'released';
  beat: bigint;
  seen: bigint;
  silent: number;
  beatAt: number;
}

/** A settled row and, were it not for idempotence, how often it took effect. */
export interface SettledRequest {
  readonly row: SettleRow;
  times: number;
}

export interface SettleRow {
  readonly id: number;
  readonly account: string;
  readonly key: string;
  readonly epoch: string;
  readonly day: string;
  readonly source: 'begin' | 'progress' | 'end';
  readonly costNano: bigint;
  readonly tokens: bigint;
  readonly holds: readonly bigint[];
}

export interface ModelException {
  readonly id: string;
  readonly what: 'late' | 'overage' | 'uncapped' | 'short' | 'cap';
  readonly amount: bigint;
}

export interface ReturnCall {
  readonly ref: AllowanceRef;
  readonly total: bigint;
  readonly difference: bigint;
}

/** What the database needs from its surroundings. */
export interface DatabaseContext {
  readonly tick: number;
  readonly restores: number;
  on(rule: Rule): boolean;
  /** The sweeper freed this much of an allowance. */
  noteReleased(id: string, amount: bigint): void;
  /** A charge above its hold settled under a closed epoch. */
  noteLateExcess(id: string, amount: bigint): void;
}

export const openOf = (lease: LeaseState): bigint =>
  lease.granted - lease.returned - lease.consumed - lease.released;

const larger = (left: bigint, right: bigint): bigint => (left > right ? left : right);
const smaller = (left: bigint, right: bigint): bigint => (left < right ? left : right);

/** The allowance of a row's account or key. */
export function refOfRow(row: SettleRow, kind: AllowanceKind): AllowanceRef {
  return allowanceRef(
    ownedByAccount(kind) ? row.account : row.key,
    kind,
    kind === 1 ? row.day : EVER,
  );
}

export class ModelDatabase {
  limits = new Map<string, bigint>();
  allowances = new Map<string, AllowanceState>();
  leases = new Map<string, LeaseState>();
  epochs = new Map<string, EpochState>();
  requests = new Map<number, SettledRequest>();
  batches = new Set<string>();
  exceptions: ModelException[] = [];
  readonly #context: DatabaseContext;

  constructor(context: DatabaseContext) {
    this.#context = context;
  }

  /** A backup. */
  snapshot(): ModelDatabase {
    const copy = new ModelDatabase(this.#context);
    copy.limits = new Map(this.limits);
    for (const [id, row] of this.allowances) copy.allowances.set(id, { ...row });
    for (const [id, row] of this.leases) copy.leases.set(id, { ...row });
    for (const [id, row] of this.epochs) copy.epochs.set(id, { ...row });
    for (const [id, row] of this.requests) copy.requests.set(id, { ...row });
    copy.batches = new Set(this.batches);
    copy.exceptions = [...this.exceptions];
    return copy;
  }

  allowance(ref: AllowanceRef): AllowanceState {
    let row = this.allowances.get(ref.id);
    if (row === undefined) {
      const cap = this.limits.get(`${ref.owner}|${ref.kind}`) ?? null;
      row = { ref, cap, used: 0n, leased: 0n, over: 0n };
      this.allowances.set(ref.id, row);
    }
    return row;
  }

  setLimit(owner: string, kind: AllowanceKind, cap: bigint): void {
    this.limits.set(`${owner}|${kind}`, cap);
    for (const row of this.allowances.values()) {
      if (row.ref.owner !== owner || row.ref.kind !== kind) continue;
      row.cap = cap;
      this.#explain(row, 'cap');
    }
  }

  epochOpen(id: string, journal: string): 'ok' {
    if (this.#context.on('adopt')) {
      for (const epoch of this.epochs.values()) if (epoch.journal === journal) epoch.silent = 0;
    }
    if (!this.epochs.has(id)) {
      const ord = this.epochs.size;
      const beatAt = this.#context.tick;
      this.epochs.set(id, {
        id,
        journal,
        ord,
        state: 'open',
        beat: 0n,
        seen: -1n,
        silent: 0,
        beatAt,
      });
    }
    return 'ok';
  }

  beat(id: string, n: bigint): 'ok' | 'closed' | 'behind' {
    const epoch = this.epochs.get(id);
    if (epoch === undefined) return 'behind';
    if (epoch.state !== 'open') return 'closed';
    if (this.#context.on('beatCas') && epoch.beat !== n - 1n && epoch.beat !== n) return 'behind';
    epoch.beat = n;
    epoch.beatAt = this.#context.tick;
    if (this.#context.on('beatResets')) epoch.silent = 0;
    return 'ok';
  }

  /** All or nothing; beyond the need at most avail / 4N. Without the rule `cas` it answers differences. */
  leaseTake(epochId: string, items: readonly TakeItem[]): TakeOutcome {
    if (this.epochs.get(epochId)?.state !== 'open') return { outcome: 'closed' };
    const cas = this.#context.on('cas');
    const rows = items.map((item) => ({
      item,
      lease: this.#lease(epochId, item.ref),
      allowance: this.allowance(item.ref),
    }));
    if (cas && rows.some(({ item, lease }) => lease.granted !== item.known)) {
      return { outcome: 'resync', rows: rows.map(({ lease }) => listed(lease)) };
    }
    for (const {
      item,
      allowance: { cap, used, leased, ref },
    } of rows) {
      if (cap !== null && cap - used - leased < item.need) {
        return {
          outcome: 'refused',
          row: { owner: ref.owner, kind: ref.kind, period: ref.period, cap, used, leased },
        };
      }
    }
    const live = [...this.epochs.values()].filter(
      (epoch) => epoch.state === 'open' && epoch.silent < 2,
    ).length;
    const granted = [];
    for (const { item, lease, allowance } of rows) {
      const { cap, used, leased } = allowance;
      const spare =
        cap === null
          ? item.want
          : (cap - used - leased - item.need) / BigInt(4 * Math.max(1, live));
      const amount = item.need + larger(0n, smaller(item.want - item.need, spare));
      lease.granted += amount;
      allowance.leased += amount;
      this.#explain(allowance, null);
      granted.push({ ...listed(lease), granted: cas ? lease.granted : amount });
    }
    return { outcome: 'granted', rows: granted };
  }

  leaseReturn(epochId: string, items: readonly ReturnCall[]): 'ok' | 'closed' {
    if (this.epochs.get(epochId)?.state !== 'open') return 'closed';
    for (const item of items) {
      const lease = this.#lease(epochId, item.ref);
      const before = lease.returned;
      const total = this.#context.on('returnsAsTotals')
        ? larger(before, item.total)
        : before + item.difference;
      if (openOf(lease) < total - before) {
        if (this.#context.restores === 0)
          throw new Broken(`a return takes lease ${epochId} ${item.ref.id} below zero`);
        return 'closed';
      }
      lease.returned = total;
      const allowance = this.allowance(item.ref);
      allowance.leased -= total - before;
      this.#explain(allowance, null);
    }
    return 'ok';
  }

  leaseList(epochId: string): LeaseRow[] | 'closed' {
    if (this.epochs.get(epochId)?.state !== 'open') return 'closed';
    return [...this.leases.values()].filter((lease) => lease.epoch === epochId).map(listed);
  }

  settle(rows: readonly SettleRow[], batch: string | null): 'ok' {
    const byRequest = this.#context.on('byRequest');
    if (!byRequest && batch !== null && this.batches.has(batch)) return 'ok';
    for (const row of rows) {
      const known = this.requests.get(row.id);
      if (known !== undefined && byRequest) continue;
      if (known === undefined) this.requests.set(row.id, { row, times: 1 });
      else known.times += 1;
      for (const kind of MODEL_KINDS) this.#charge(row, kind);
    }
    if (batch !== null) this.batches.add(batch);
    return 'ok';
  }

  settled(batches: readonly string[]): string[] {
    return batches.filter((batch) => this.batches.has(batch));
  }

  epochClose(id: string, how: 'closed' | 'released'): 'ok' {
    const epoch = this.epochs.get(id);
    if (epoch?.state !== 'open') return 'ok';
    epoch.state = how;
    for (const lease of this.leases.values()) {
      if (lease.epoch !== id) continue;
      const amount = openOf(lease);
      lease.released += amount;
      const allowance = this.allowance(lease.ref);
      allowance.leased -= amount;
      this.#explain(allowance, null);
      if (how === 'released') this.#context.noteReleased(lease.ref.id, amount);
    }
    return 'ok';
  }

  /** Recovery's last step: ends the older epochs of a journal. */
  closeOthers(journal: string, mine: readonly string[]): 'ok' {
    const first = this.epochs.get(mine[0] ?? '');
    for (const epoch of [...this.epochs.values()]) {
      if (epoch.journal !== journal || mine.includes(epoch.id)) continue;
      if (this.#context.on('closeOlder') && (first === undefined || epoch.ord > first.ord))
        continue;
      this.epochClose(epoch.id, 'closed');
    }
    return 'ok';
  }

  /** One tick of the sweeper. Returns how many epochs it released. */
  sweep(): number {
    const after = this.#context.on('releaseLate') ? TICKS.releaseAfter : TICKS.releaseTooEarly;
    let released = 0;
    for (const epoch of this.epochs.values()) {
      if (epoch.state !== 'open') continue;
      if (this.#context.on('beatResets')) epoch.silent += 1;
      else {
        epoch.silent = epoch.beat === epoch.seen ? epoch.silent + 1 : 0;
        epoch.seen = epoch.beat;
      }
      const silent = this.#context.on('ticks') ? epoch.silent : this.#context.tick - epoch.beatAt;
      if (silent < after) continue;
      this.epochClose(epoch.id, 'released');
      released += 1;
    }
    return released;
  }

  #lease(epoch: string, ref: AllowanceRef): LeaseState {
    const id = `${epoch} ${ref.id}`;
    let lease = this.leases.get(id);
    if (lease === undefined) {
      lease = { epoch, ref, granted: 0n, returned: 0n, consumed: 0n, released: 0n };
      this.leases.set(id, lease);
    }
    return lease;
  }

  #charge(row: SettleRow, kind: AllowanceKind): void {
    const charge = amountOfKind(kind, row.costNano, row.tokens);
    if (charge === 0n) return;
    const hold = row.holds[kind] ?? 0n;
    const allowance = this.allowance(refOfRow(row, kind));
    const lease = this.leases.get(`${row.epoch} ${allowance.ref.id}`);
    const open = this.epochs.get(row.epoch)?.state === 'open';
    allowance.used += charge;
    const backed = smaller(charge, hold);
    const wanted = this.#context.on('clampHold') ? backed : charge;
    let taken = 0n;
    if (lease !== undefined && (open || !this.#context.on('lateNoLease'))) {
      const left = openOf(lease);
      if (open && left < backed && this.#context.restores === 0) {
        throw new Broken(
          `lease ${row.epoch} ${allowance.ref.id} holds ${left}, less than the ${backed} settled from it`,
        );
      }
      taken = open ? smaller(wanted, left) : wanted;
      lease.consumed += taken;
      allowance.leased -= taken;
    }
    if (!open && charge > hold) this.#context.noteLateExcess(allowance.ref.id, charge - hold);
    const unbacked = !open
      ? 'late'
      : hold === 0n
        ? 'uncapped'
        : taken < backed
          ? 'short'
          : 'overage';
    this.#explain(allowance, taken < charge ? unbacked : null);
  }

  /** Keeps used + leased ≤ cap + over: an excess needs a reason, and `over` shrinks with it. */
  #explain(allowance: AllowanceState, what: ModelException['what'] | null): void {
    const { cap, used, leased, ref } = allowance;
    if (cap === null) return;
    const excess = larger(0n, used + leased - cap);
    if (what === null) allowance.over = smaller(allowance.over, excess);
    else {
      if (excess > allowance.over)
        this.exceptions.push({ id: ref.id, what, amount: excess - allowance.over });
      allowance.over = excess;
    }
    if (used + leased > cap + allowance.over) {
      throw new Broken(`CHECK used + leased <= cap + over fails on ${ref.id}`);
    }
  }
}

function listed(lease: LeaseState): LeaseRow {
  const { owner, kind, period } = lease.ref;
  return {
    owner,
    kind,
    period,
    granted: lease.granted,
    returned: lease.returned,
    consumed: lease.consumed,
  };
}
