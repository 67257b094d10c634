import { Injectable } from '@nestjs/common';
import { UNPRICED_SETTING, type UnpricedPolicy } from '@weir/data';
import { Database, type Queries, type Transaction } from '../../database/database.js';

/** The policy and the token price that is valid now. */
export interface UnpricedRow {
  /** Null = never set. */
  readonly policy: UnpricedPolicy | null;
  readonly version: string | null;
  readonly price_nano: string | null;
  readonly ledger_rate_nano: string | null;
}

@Injectable()
export class AdminUnpricedModelsRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  async current(on: Queries = this.database): Promise<UnpricedRow> {
    const row = await on.one<UnpricedRow>(
      `SELECT (SELECT value #>> '{}' FROM setting WHERE name = $1) AS policy, t.version::text AS version,
              t.price_nano::text AS price_nano, t.ledger_rate_nano::text AS ledger_rate_nano
         FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT * FROM token_price WHERE valid_from <= now()
           ORDER BY valid_from DESC, token_price.version DESC LIMIT 1) t ON true`,
      [UNPRICED_SETTING],
    );
    if (!row) throw new Error('A SELECT without a table answers a row.');
    return row;
  }

  async set(on: Transaction, policy: UnpricedPolicy): Promise<void> {
    await on.run(
      `INSERT INTO setting (name, value) VALUES ($1, to_jsonb($2::text))
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = now()`,
      [UNPRICED_SETTING, policy],
    );
  }
}
