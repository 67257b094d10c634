/**
 * Settlement without the queue: for recovery, for a queue that cannot be reached, for a full disk. The same
 * transaction as the worker's. A row that PostgreSQL cannot take is found by halving and set aside with its
 * payload, so that it never blocks the others (H17).
 */
import type { SettleRow } from '@weir/contracts';
import { DatabaseCallError } from '@weir/data';
import type { BatchRef, MoneyFunctions } from '@weir/data';

/** What direct settlement calls. */
export type DirectMoney = Pick<MoneyFunctions, 'settle' | 'settlementFail'>;

/** Settles all rows and confirms the batches. Answers the accounts with new live events. Throws when PostgreSQL cannot be asked. */
export async function settleDirectly(
  money: DirectMoney,
  batches: readonly BatchRef[],
  rows: readonly SettleRow[],
): Promise<string[]> {
  if (rows.length === 0) return [];
  try {
    const outcome = await money.settle(batches, rows);
    return [...outcome.accounts];
  } catch (error) {
    if (!(error instanceof DatabaseCallError) || !error.isDataError) throw error;
    return settleHalves(money, batches, rows, error);
  }
}

async function settleHalves(
  money: DirectMoney,
  batches: readonly BatchRef[],
  rows: readonly SettleRow[],
  error: DatabaseCallError,
): Promise<string[]> {
  const [only] = rows;
  if (rows.length === 1 && only !== undefined) {
    await money.settlementFail(only, error.message, batches);
    return [];
  }
  const middle = Math.ceil(rows.length / 2);
  // The batches are confirmed by the second half, when the first is already in.
  const first = await settleDirectly(money, [], rows.slice(0, middle));
  const second = await settleDirectly(money, batches, rows.slice(middle));
  return [...new Set([...first, ...second])];
}
