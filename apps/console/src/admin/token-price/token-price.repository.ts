import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../database/database.js';

export interface TokenPriceRow {
  readonly version: string;
  readonly eur_per_token: string;
  readonly valid_from: string;
  readonly created_at: string;
}

const COLUMNS = `version::text AS version, nano_text(price_nano) AS eur_per_token, iso_text(valid_from) AS valid_from, iso_text(created_at) AS created_at`;

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

  async insert(
    on: Transaction,
    priceNano: bigint,
    validFrom: string | null,
    createdBy: string,
  ): Promise<TokenPriceRow> {
    const row = await on.one<TokenPriceRow>(
      `INSERT INTO token_price (price_nano, valid_from, created_by) VALUES ($1, coalesce($2::timestamptz, now()), $3) RETURNING ${COLUMNS}`,
      [priceNano, validFrom, createdBy],
    );
    if (!row) throw new Error('An INSERT … RETURNING answers a row.');
    return row;
  }
}
