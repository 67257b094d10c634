// Puts the bench's provider, model and price into the catalogue, and enough credit into the account of the key.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { MoneyFunctions } from '../../libs/data/dist/index.js';

export const MODEL = 'bench/model';

/** Prepares the database at `databaseUrl` (the owner's) for a provider at `baseUrl`. */
export async function prepareCatalogue(databaseUrl, baseUrl) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  try {
    const provider = randomUUID();
    await pool.query(
      `INSERT INTO provider (id, slug, name, kind, base_url) VALUES ($1, 'bench', 'Bench', 'openai', $2)`,
      [provider, baseUrl],
    );
    await pool.query(
      `INSERT INTO model (id, name, context_tokens, output_tokens_max) VALUES ($1, 'Bench model', 128000, 16384)`,
      [MODEL],
    );
    await pool.query(
      `INSERT INTO endpoint (id, provider, model, upstream_model) VALUES ($1, $2, $3, 'bench-model')`,
      [randomUUID(), provider, MODEL],
    );
    await pool.query(
      `INSERT INTO price (model, valid_from, input_nano, output_nano) VALUES ($1, now() - interval '1 day', 150000000, 600000000)`,
      [MODEL],
    );
    const { rows } = await pool.query('SELECT account FROM api_key ORDER BY created_at LIMIT 1');
    await new MoneyFunctions(pool).credit({
      account: rows[0].account,
      amountNano: 1_000_000n * 1_000_000_000n,
      what: 'grant',
      ref: `bench-${randomUUID()}`,
    });
  } finally {
    await pool.end();
  }
}

/** Longest time between an answer and its settlement since `since`, seconds, and rows still missing of `expected`. */
export async function settlementLag(databaseUrl, since, expected) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  try {
    for (let tries = 0; ; tries += 1) {
      const { rows } = await pool.query(
        `SELECT count(*)::int AS rows, coalesce(extract(epoch FROM max(settled_at - completed_at)), 0)::float8 AS worst,
           coalesce(extract(epoch FROM percentile_cont(0.99) WITHIN GROUP (ORDER BY settled_at - completed_at)), 0)::float8 AS p99
         FROM request WHERE accepted_at >= $1`,
        [since],
      );
      if (rows[0].rows >= expected || tries >= 50) return { ...rows[0], expected };
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    await pool.end();
  }
}
