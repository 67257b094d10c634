import type { Period } from '../periods/period.js';
import type { AllowanceKind } from './kind.js';
import { ALLOWANCE_KINDS, ownedByAccount } from './kind.js';

/** Names one allowance. Make it once per key and day and reuse it: its `id` is the key of every look-up. */
export interface AllowanceRef {
  /** Id of the account (kinds 0–3) or of the key (kinds 4–6). */
  readonly owner: string;
  readonly kind: AllowanceKind;
  readonly period: Period;
  /** `owner|kind|period`. */
  readonly id: string;
}

/** Names an allowance. */
export function allowanceRef(owner: string, kind: AllowanceKind, period: Period): AllowanceRef {
  return { owner, kind, period, id: allowanceId(owner, kind, period) };
}

/** The `id` of an allowance's name. */
export function allowanceId(owner: string, kind: AllowanceKind, period: Period): string {
  return `${owner}|${kind}|${period}`;
}

/**
 * The seven allowances of a request, by kind. `periods` as made by `CurrentPeriods`; while it returns the same array,
 * the result can be kept.
 */
export function allowanceRefs(
  account: string,
  key: string,
  periods: readonly Period[],
): readonly AllowanceRef[] {
  return ALLOWANCE_KINDS.map((kind) =>
    allowanceRef(ownedByAccount(kind) ? account : key, kind, periods[kind] ?? ''),
  );
}

/** Lock order of allowances: owner, kind, period ascending. */
export function compareAllowances(left: AllowanceRef, right: AllowanceRef): number {
  if (left.owner !== right.owner) return left.owner < right.owner ? -1 : 1;
  if (left.kind !== right.kind) return left.kind - right.kind;
  if (left.period === right.period) return 0;
  return left.period < right.period ? -1 : 1;
}
