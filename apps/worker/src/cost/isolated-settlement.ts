import { DatabaseCallError } from '@weir/data';
import type { AnyRow, BatchRef, MoneyFunctions, SettleOutcome } from '@weir/data';
import type { SettleRow } from '@weir/contracts';
import type { ReadJob } from './settle-job.js';

/** What of the money functions settlement needs. */
export type Settling = Pick<MoneyFunctions, 'settle' | 'settlementFail'>;

/** Told of every committed settlement and of every row set aside. */
export interface SettlementListener {
  settled(outcome: SettleOutcome): void;
  setAside(row: AnyRow, reason: string): void;
}

/**
 * Settles one job so that a row which no transaction can take (SQLSTATE 22 or 23) delays nothing but itself:
 * the rows are halved until it stands alone, then it goes to `settlement_failed`. The job's batches are confirmed
 * with the last piece only, when everything before it is done. Anything else that fails is thrown: the whole job
 * is then repeated, which is harmless.
 */
export async function settleIsolated(
  money: Settling,
  job: ReadJob,
  listener: SettlementListener,
): Promise<void> {
  const lastUnreadable = job.unreadable.length - 1;
  for (const [index, { row, reason }] of job.unreadable.entries()) {
    const confirms = job.rows.length === 0 && index === lastUnreadable;
    await money.settlementFail(row, reason, confirms ? job.batches : []);
    listener.setAside(row, reason);
  }
  if (job.rows.length > 0) await settlePiece(money, job.rows, job.batches, listener);
}

async function settlePiece(
  money: Settling,
  rows: readonly SettleRow[],
  batches: readonly BatchRef[],
  listener: SettlementListener,
): Promise<void> {
  try {
    listener.settled(await money.settle(batches, rows));
  } catch (error) {
    // Only the data's own fault is divided; a lost connection or a timeout is the queue's to repeat.
    if (!(error instanceof DatabaseCallError) || !error.isDataError) throw error;
    const [first] = rows;
    if (rows.length > 1 || first === undefined) {
      const half = Math.ceil(rows.length / 2);
      await settlePiece(money, rows.slice(0, half), [], listener);
      await settlePiece(money, rows.slice(half), batches, listener);
      return;
    }
    await money.settlementFail(first, `${error.sqlState ?? ''} ${error.message}`, batches);
    listener.setAside(first, error.message);
  }
}
