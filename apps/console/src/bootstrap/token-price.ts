import type pg from 'pg';
import { NANO_PER_UNIT } from '@weir/units';

/**
 * The first token price; from then on only the admin's history counts. A ledger in EUR needs no rate; any other
 * gets one from the admin.
 */
export async function seedTokenPrice(
  client: pg.ClientBase,
  priceNano: bigint,
  currency: string,
): Promise<void> {
  await client.query(
    `INSERT INTO token_price (price_nano, ledger_rate_nano) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM token_price)`,
    [priceNano.toString(), currency === 'EUR' ? NANO_PER_UNIT.toString() : null],
  );
}
