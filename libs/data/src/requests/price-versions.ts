import { flatTokenPrice, type ClassPrices, type Price } from '@weir/domain';
import { nano, type Nano } from '@weir/units';

/** Prices as JSON carries them: nano per million tokens as text. */
interface ClassPricesText {
  readonly input: string;
  readonly output: string;
  readonly cacheRead: string | null;
  readonly cacheWrite5m: string | null;
  readonly cacheWrite1h: string | null;
}
interface PriceRow {
  readonly version: string;
  readonly listed:
    | (ClassPricesText & {
        readonly request: string | null;
        readonly tiers: readonly (ClassPricesText & { readonly above: number })[];
      })
    | null;
  /** The token price that models without a price were charged at; its version is below zero on their rows. */
  readonly flat: { readonly version: string; readonly price: string; readonly rate: string } | null;
}

/** Runs one statement and answers its rows. */
export type RowsOf = <T extends object>(
  sql: string,
  values: readonly (readonly string[])[],
) => Promise<readonly T[]>;

const CLASS_PRICES = (table: string): string =>
  `'input', ${table}.input_nano::text, 'output', ${table}.output_nano::text, 'cacheRead', ${table}.cache_read_nano::text,
   'cacheWrite5m', ${table}.cache_write_5m_nano::text, 'cacheWrite1h', ${table}.cache_write_1h_nano::text`;

const SQL = `
SELECT v.version::text AS version,
  (SELECT jsonb_build_object(${CLASS_PRICES('p')}, 'request', p.request_nano::text,
     'tiers', (SELECT coalesce(jsonb_agg(jsonb_build_object('above', t.above_tokens, ${CLASS_PRICES('t')}) ORDER BY t.above_tokens), '[]')
                 FROM price_tier t WHERE t.version = p.version)) FROM price p WHERE p.version = v.version) AS listed,
  (SELECT jsonb_build_object('version', tp.version::text, 'price', tp.price_nano::text, 'rate', tp.ledger_rate_nano::text)
     FROM token_price tp WHERE tp.version = -v.version AND tp.ledger_rate_nano IS NOT NULL) AS flat
FROM unnest($1::bigint[]) AS v(version)`;

/**
 * Price versions by the number that request rows keep. List prices: an account's tier factor is not in them. Unknown
 * versions are left out.
 */
export async function loadPriceVersions(
  rowsOf: RowsOf,
  versions: readonly string[],
): Promise<Map<string, Price>> {
  const prices = new Map<string, Price>();
  if (versions.length === 0) return prices;
  for (const row of await rowsOf<PriceRow>(SQL, [versions])) {
    const price = priceOf(row);
    if (price !== null) prices.set(row.version, price);
  }
  return prices;
}

function priceOf({ version, listed, flat }: PriceRow): Price | null {
  if (flat !== null)
    return flatTokenPrice({
      version: BigInt(flat.version),
      priceNanoEur: nano(BigInt(flat.price)),
      ledgerRateNano: BigInt(flat.rate),
    });
  if (listed === null) return null;
  const price: Price = {
    versionId: version,
    ...classPrices(listed),
    request: optional(listed.request),
  };
  if (listed.tiers.length === 0) return price;
  const tiers = listed.tiers.map((tier) => ({
    abovePromptTokens: tier.above,
    ...classPrices(tier),
  }));
  return { ...price, tiers };
}

const classPrices = (text: ClassPricesText): ClassPrices => ({
  input: nano(BigInt(text.input)),
  cacheRead: optional(text.cacheRead),
  cacheWrite5m: optional(text.cacheWrite5m),
  cacheWrite1h: optional(text.cacheWrite1h),
  output: nano(BigInt(text.output)),
});

const optional = (text: string | null): Nano | null => (text === null ? null : nano(BigInt(text)));
