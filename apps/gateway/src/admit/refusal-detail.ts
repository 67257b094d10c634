import { formatMoney, nano } from '@weir/units';
import type { Kind, Refusal } from '../money/money-path.types.js';
import type { ProblemDetail } from '../refuse/error-body.js';

/** Names of the limits as bodies of 402 and 429 give them. */
const SCOPES: Readonly<Record<Kind, string>> = {
  0: 'balance',
  1: 'tokens_daily',
  2: 'tokens_monthly',
  3: 'tokens_total',
  4: 'key_spend_total',
  5: 'key_spend_daily',
  6: 'key_spend_monthly',
};

const SENTENCES: Readonly<Record<Kind, string>> = {
  0: 'the balance',
  1: 'the daily token budget',
  2: 'the monthly token budget',
  3: 'the total token budget',
  4: 'the key’s spend cap',
  5: 'the key’s daily spend cap',
  6: 'the key’s monthly spend cap',
};

/** Whether a kind counts effective tokens; the others count money. */
export function countsTokens(kind: Kind): boolean {
  return kind === 1 || kind === 2 || kind === 3;
}

/** The figures a person needs to act (decisions §7). */
export function refusalDetail(refusal: Refusal): ProblemDetail {
  const { kind, retryAfterS } = refusal;
  if (kind === null) return { retryAfterS: retryAfterS ?? 2 };
  const amount = (value: bigint | null): string | number | null => {
    if (value === null) return null;
    return countsTokens(kind) ? Number(value) : formatMoney(nano(value));
  };
  const estimate = amount(refusal.estimate);
  const limit = amount(refusal.cap);
  const unit = countsTokens(kind) ? ' tokens' : '';
  return {
    message:
      `This request may need up to ${String(estimate)}${unit}, which ${SENTENCES[kind]} does not cover ` +
      `(limit ${String(limit)}, used ${String(amount(refusal.used))}, held ${String(amount(refusal.held))}).`,
    retryAfterS,
    figures: {
      limit,
      scope: SCOPES[kind],
      used: amount(refusal.used),
      held: amount(refusal.held),
      estimate,
      reset_at: refusal.resetAtMs === null ? null : new Date(refusal.resetAtMs).toISOString(),
      retry_after: retryAfterS,
    },
  };
}
