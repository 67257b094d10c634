import type { ErrorCodeName } from '@weir/contracts';
import { formatMoney, nano } from '@weir/units';
import type { Bound } from '../admit/bounds.js';

/** An allowance with a cap, as PostgreSQL has it. */
export interface LimitRow {
  /** 0 balance · 1–3 tokens per day, month, ever · 4–6 spend of the key: ever, per day, per month. */
  readonly kind: number;
  readonly cap: bigint;
  readonly used: bigint;
  /** Held by running requests, as far as it is known. */
  readonly held: bigint;
}

/** The limit that would refuse a request, in the words of the refusal itself. */
export interface RefusalForecast {
  readonly code: ErrorCodeName;
  readonly scope: string;
  readonly limit: string | number;
  readonly used: string | number;
  readonly held: string | number;
  readonly estimate: string | number;
}

const SCOPES = [
  'balance',
  'tokens_daily',
  'tokens_monthly',
  'tokens_total',
  'key_spend_total',
  'key_spend_daily',
  'key_spend_monthly',
] as const;

/** The first limit that does not cover the hold, or that is 0; null = all do. */
export function wouldRefuse(
  limits: readonly LimitRow[],
  hold: Bound,
  blockedKinds: number,
): RefusalForecast | null {
  for (const { kind, cap, used, held } of limits) {
    const countsTokens = kind >= 1 && kind <= 3;
    const amount = countsTokens ? hold.tokens : hold.costNano;
    const blocked = (blockedKinds & (1 << kind)) !== 0;
    if (!blocked && used + held + amount <= cap) continue;
    const text = (value: bigint): string | number =>
      countsTokens ? Number(value) : formatMoney(nano(value));
    return {
      code: codeOf(kind, held > 0n && used + amount <= cap),
      scope: SCOPES[kind] ?? 'balance',
      limit: text(cap),
      used: text(used),
      held: text(held),
      estimate: text(amount),
    };
  }
  return null;
}

function codeOf(kind: number, onlyInFlight: boolean): ErrorCodeName {
  if (kind >= 1 && kind <= 3) return 'budget_exceeded';
  if (onlyInFlight) return 'in_flight_budget_exhausted';
  return kind === 0 ? 'insufficient_balance' : 'api_key_quota_exhausted';
}
