import { Injectable } from '@nestjs/common';
import type { PriceView } from '@weir/contracts';
import { Database, type Queries, type Transaction } from '../../database/database.js';

/** Nano per million tokens; null = the default multiple of input. */
export interface NewClassPrices {
  readonly inputNano: bigint;
  readonly outputNano: bigint;
  readonly cacheReadNano: bigint | null;
  readonly cacheWrite5mNano: bigint | null;
  readonly cacheWrite1hNano: bigint | null;
}

/** What a new version says. */
export interface NewPrice extends NewClassPrices {
  readonly model: string;
  readonly endpoint: string | null;
  readonly validFrom: string | null;
  /** Nano per request. */
  readonly requestNano: bigint | null;
  readonly tiers: readonly (NewClassPrices & { readonly aboveTokens: number })[];
  readonly reason: string | null;
  readonly createdBy: string;
}

const SELECT = `SELECT version::text AS version, model, endpoint, iso_text(valid_from) AS valid_from, nano_text(input_nano) AS input,
  nano_text(output_nano) AS output, nano_text(cache_read_nano) AS cache_read, nano_text(cache_write_5m_nano) AS cache_write_5m,
  nano_text(cache_write_1h_nano) AS cache_write_1h, nano_text(request_nano) AS request, reason, source, iso_text(created_at) AS created_at,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('above_tokens', t.above_tokens, 'input', nano_text(t.input_nano), 'output', nano_text(t.output_nano),
     'cache_read', nano_text(t.cache_read_nano), 'cache_write_5m', nano_text(t.cache_write_5m_nano), 'cache_write_1h', nano_text(t.cache_write_1h_nano))
     ORDER BY t.above_tokens), '[]') FROM price_tier t WHERE t.version = price.version) AS tiers
  FROM price`;

/** Prices are only ever added: the role has no UPDATE on them. */
@Injectable()
export class AdminPricesRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** Newest version first, one row more than asked for. */
  page(model: string | null, before: string | null, limit: number): Promise<PriceView[]> {
    return this.database.many<PriceView>(
      `${SELECT} WHERE ($1::text IS NULL OR model = $1) AND ($2::bigint IS NULL OR version < $2) ORDER BY price.version DESC LIMIT $3`,
      [model, before, limit + 1],
    );
  }

  find(version: string, on: Queries = this.database): Promise<PriceView | undefined> {
    return on.one<PriceView>(`${SELECT} WHERE price.version = $1`, [version]);
  }

  /** Names what the price would refer to and is missing. */
  async missing(
    on: Queries,
    model: string,
    endpoint: string | null,
  ): Promise<'model' | 'endpoint' | null> {
    const row = await on.one<{ model: boolean; endpoint: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM model WHERE id = $1) AS model,
              $2::uuid IS NULL OR EXISTS (SELECT 1 FROM endpoint WHERE id = $2 AND model = $1) AS endpoint`,
      [model, endpoint],
    );
    if (row?.model !== true) return 'model';
    return row.endpoint ? null : 'endpoint';
  }

  async kindOf(on: Queries, model: string): Promise<string | undefined> {
    return (await on.one<{ kind: string }>('SELECT kind FROM model WHERE id = $1', [model]))?.kind;
  }

  async insert(on: Queries, price: NewPrice): Promise<string> {
    const row = await on.one<{ version: string }>(
      `INSERT INTO price (model, endpoint, valid_from, input_nano, output_nano, cache_read_nano, cache_write_5m_nano, cache_write_1h_nano,
         request_nano, reason, created_by)
       VALUES ($1, $2, coalesce($3::timestamptz, now()), $4, $5, $6, $7, $8, $9, $10, $11) RETURNING version::text AS version`,
      [
        price.model,
        price.endpoint,
        price.validFrom,
        price.inputNano,
        price.outputNano,
        price.cacheReadNano,
        price.cacheWrite5mNano,
        price.cacheWrite1hNano,
        price.requestNano,
        price.reason,
        price.createdBy,
      ],
    );
    if (!row) throw new Error('An INSERT … RETURNING answers a row.');
    for (const tier of price.tiers) {
      await on.run(
        `INSERT INTO price_tier (version, above_tokens, input_nano, output_nano, cache_read_nano, cache_write_5m_nano, cache_write_1h_nano)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [
          row.version,
          tier.aboveTokens,
          tier.inputNano,
          tier.outputNano,
          tier.cacheReadNano,
          tier.cacheWrite5mNano,
          tier.cacheWrite1hNano,
        ],
      );
    }
    return row.version;
  }
}
