import type { LedgerEntry } from '@weir/contracts';
import type { LedgerRow } from './ledger.repository.js';

/** One entry of GET /api/ledger. A usage entry's reference is the request: shown as its generation id. */
export const toLedgerEntry = (row: LedgerRow): LedgerEntry => ({
  ...row,
  seq: Number(row.seq),
  ref: row.what === 'usage' ? `gen_${row.ref}` : row.ref,
});
