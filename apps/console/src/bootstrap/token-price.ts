import type pg from 'pg';

/** The first token price; from then on only the admin's history counts. */
export async function seedTokenPrice(client: pg.ClientBase, priceNano: bigint): Promise<void> {
  await client.query(
    'INSERT INTO token_price (price_nano) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM token_price)',
    [priceNano.toString()],
  );
}
