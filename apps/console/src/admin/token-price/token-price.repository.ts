import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../database/database.js';

export interface TokenPriceRow {
  readonly version: string;
  readonly eur_per_token: string;
  readonly eur_rate: string | null;
  readonly valid_from: string;
  readonly created_at: string;
}

const COLUMNS = `version::text AS version, nano_text(price_nano) AS eur_per_token, nano_text(ledger_rate_nano) AS eur_rate, iso_text(valid_from) AS valid_from, iso_text(created_at) AS created_at`;

@Injectable()
export class AdminTokenPriceRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** Newest version first, one row more than asked for. */
  page(before: string | null, limit: number): Promise<TokenPriceRow[]> {
    return this.database.many<TokenPriceRow>(
      `SELECT ${COLUMNS} FROM token_price WHERE $1::bigint IS NULL OR version < $1 ORDER BY token_price.version DESC LIMIT $2`,
      [before, limit + 1],
    );
  }

  /** `rateNano` null = as the newest version has it. */
  async insert(
    on: Transaction,
    price: {
      readonly priceNano: bigint;
      readonly rateNano: bigint | null;
      readonly validFrom: string | null;
      readonly createdBy: string;
    },
  ): Promise<TokenPriceRow> {
    const row = await on.one<TokenPriceRow>(
      `INSERT INTO token_price (price_nano, ledger_rate_nano, valid_from, created_by)
       SELECT $1, coalesce($2::bigint, (SELECT t.ledger_rate_nano FROM token_price t ORDER BY t.version DESC LIMIT 1)),
              coalesce($3::timestamptz, now()), $4::uuid RETURNING ${COLUMNS}`,
      [price.priceNano, price.rateNano, price.validFrom, price.createdBy],
    );
    if (!row) throw new Error('An INSERT … RETURNING answers a row.');
    return row;
  }
}
