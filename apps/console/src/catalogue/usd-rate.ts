import type { CatalogueQueries } from './catalogue-writer.js';

const SETTING = 'catalogue.usd_rate_nano';

/** The admin's rate, nano of the ledger currency per USD; null = none was stated. */
export async function usdRateSetting(on: CatalogueQueries): Promise<bigint | null> {
  const [row] = await on.many<{ rate: string }>(
    `SELECT value #>> '{}' AS rate FROM setting WHERE name = $1`,
    [SETTING],
  );
  return row === undefined ? null : BigInt(row.rate);
}

/** Keeps the rate for later imports; prices keep the rate they were made at. */
export async function keepUsdRate(on: CatalogueQueries, rateNano: bigint): Promise<void> {
  await on.many(
    `INSERT INTO setting (name, value) VALUES ($1, to_jsonb($2::text))
     ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [SETTING, rateNano.toString()],
  );
}
