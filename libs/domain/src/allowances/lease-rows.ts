import type { Period } from '../periods/period.js';
import type { AllowanceRef } from './allowance-ref.js';
import { allowanceId } from './allowance-ref.js';
import type { AllowanceKind } from './kind.js';

/** A lease row as PostgreSQL lists it. Cumulative amounts. */
export interface LeaseRow {
  readonly owner: string;
  readonly kind: AllowanceKind;
  readonly period: Period;
  readonly granted: bigint;
  readonly returned: bigint;
  readonly consumed: bigint;
}

/** One allowance in the answer to a take: its cumulative grant. */
export interface GrantRow {
  readonly owner: string;
  readonly kind: AllowanceKind;
  readonly period: Period;
  readonly granted: bigint;
}

/** The allowance that refused a take, as PostgreSQL saw it. `cap` is not null, or it would not have refused. */
export interface RefusedRow {
  readonly owner: string;
  readonly kind: AllowanceKind;
  readonly period: Period;
  readonly cap: bigint;
  readonly used: bigint;
  /** Leased to all gateways: held by running requests, not yet settled, or idle. */
  readonly leased: bigint;
}

/** One allowance of a call that gives back: the cumulative total, applied with `greatest()`. */
export interface ReturnItem {
  readonly ref: AllowanceRef;
  readonly returned: bigint;
}

/** One allowance of a take. */
export interface TakeItem {
  readonly ref: AllowanceRef;
  /** Granted at least this, or the whole take is refused. */
  readonly need: bigint;
  /** Granted at most this. ≥ need. */
  readonly want: bigint;
  /** The cumulative grant we know; another one in the row answers `resync`. */
  readonly known: bigint;
}

/** Acknowledged values at the moment a call that lists the lease rows was sent. */
export interface ResyncProbe {
  readonly acknowledged: ReadonlyMap<
    string,
    { readonly granted: bigint; readonly returned: bigint; readonly consumed: bigint }
  >;
}

/** Whether PostgreSQL's rows forgot something it had acknowledged: a figure went down or a granted row is gone. */
export function rowsAreBehind(probe: ResyncProbe, rows: readonly LeaseRow[]): boolean {
  const found = new Set<string>();
  for (const row of rows) {
    const id = allowanceId(row.owner, row.kind, row.period);
    found.add(id);
    const known = probe.acknowledged.get(id);
    if (known === undefined) continue;
    if (row.granted < known.granted) return true;
    if (row.returned < known.returned) return true;
    if (row.consumed < known.consumed) return true;
  }
  for (const [id, known] of probe.acknowledged) {
    if (known.granted > 0n && !found.has(id)) return true;
  }
  return false;
}
