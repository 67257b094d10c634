import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** One movement of the balance. Money is decimal text. */
export interface LedgerRow {
  readonly seq: string;
  readonly at: string;
  readonly amount: string;
  readonly what: string;
  readonly ref: string;
  readonly note: string | null;
  readonly balance_after: string;
}

@Injectable()
export class LedgerRepository {
  constructor(private readonly database: Database) {}

  /** Newest first, one row more than asked for. */
  page(
    accountId: string,
    filter: { what: string | null; before: number | null; limit: number },
  ): Promise<LedgerRow[]> {
    return this.database.many<LedgerRow>(
      `SELECT seq, iso_text(at) AS at, nano_text(amount_nano) AS amount, what, ref, note, nano_text(balance_after) AS balance_after
         FROM ledger_entry
        WHERE account = $1 AND ($2::text IS NULL OR what = $2) AND ($3::bigint IS NULL OR seq < $3)
        ORDER BY seq DESC LIMIT $4`,
      [accountId, filter.what, filter.before, filter.limit + 1],
    );
  }
}
