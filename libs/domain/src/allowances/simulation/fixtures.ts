/** Small makers for specs of leases. */
import { EVER } from '../../periods/period.js';
import type { AllowanceRef } from '../allowance-ref.js';
import { allowanceRefs } from '../allowance-ref.js';
import type { ClockReading } from '../clock-reading.js';
import type { HoldNeeds } from '../hold.js';
import type { GrantRow } from '../lease-rows.js';

/** The allowances of account `a` and a key. */
export function refsOf(key = 'k'): readonly AllowanceRef[] {
  return allowanceRefs('a', key, [
    EVER,
    '2026-05-01',
    '2026-05-01',
    EVER,
    EVER,
    '2026-05-01',
    '2026-05-01',
  ]);
}

/** The refs most specs use. */
export const REFS = refsOf();

/** Needs of account `a`; only the balance has a cap unless said. */
export function needs(costNano: bigint, tokens = 0n, cappedKinds = 0b1, refs = REFS): HoldNeeds {
  return { account: 'a', refs, cappedKinds, costNano, tokens };
}

/** Both clocks at the same time. */
export function at(ms: number): ClockReading {
  return { monotonicMs: ms, wallMs: ms };
}

/** The allowance of a kind. */
export function refOf(kind: number, refs = REFS): AllowanceRef {
  const ref = refs[kind];
  if (ref === undefined) throw new Error(`There is no kind ${kind}.`);
  return ref;
}

/** A grant as PostgreSQL answers it. */
export function grant(kind: number, granted: bigint, refs = REFS): GrantRow {
  const { owner, kind: sameKind, period } = refOf(kind, refs);
  return { owner, kind: sameKind, period, granted };
}
