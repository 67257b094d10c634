import type { BalanceView } from '@weir/contracts';
import { formatMoney, nano, parseMoney, subtractNano, type Nano } from '@weir/units';

/** What a balance event or row carries without the holds. */
export type StoredBalance = Pick<
  BalanceView,
  'balance' | 'granted' | 'spent_this_month' | 'spent_total'
>;

/** GET /api/balance and `balance.updated`: available = balance − held. */
export function toBalanceView(
  stored: StoredBalance,
  heldNano: bigint,
  currency: string,
  seq: number,
): BalanceView {
  const held: Nano = nano(heldNano);
  return {
    balance: stored.balance,
    held: formatMoney(held),
    available: formatMoney(subtractNano(parseMoney(stored.balance), held)),
    granted: stored.granted,
    currency,
    spent_this_month: stored.spent_this_month,
    spent_total: stored.spent_total,
    seq,
  };
}
