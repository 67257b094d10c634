import {
  flatTokenPrice,
  priceForTier,
  priceUsage,
  type ClassPrices,
  type Price,
} from '@weir/domain';
import { factor, formatMoney, nano, type Nano } from '@weir/units';
import type { RequestDetail } from '@weir/contracts';
import type { DetailRow, StoredClassPrices } from './requests.repository.js';

type ReceiptLine = RequestDetail['lines'][number];

/**
 * The receipt of one request: one line per token class, by the same arithmetic that charged it. What the lines
 * cannot explain (a charge held down to its hold, a tier's factor that changed since) is one line of its own, so
 * that the sum is always the cost to the last nano.
 */
export function receiptLines(detail: DetailRow): ReceiptLine[] {
  const costNano = BigInt(detail.cost_nano);
  const { row } = detail;
  const price = priceOf(detail);
  if (price === null) return costNano === 0n ? [] : [adjustment(costNano)];
  const receipt = priceUsage(
    {
      input: row.input_tokens ?? 0,
      cacheRead: row.cache_read_tokens ?? 0,
      cacheWrite5m: row.cache_write_5m_tokens ?? 0,
      cacheWrite1h: row.cache_write_1h_tokens ?? 0,
      output: row.output_tokens ?? 0,
      reasoning: row.reasoning_tokens ?? 0,
    },
    priceForTier(price, factor(detail.price_factor)),
  );
  const lines = receipt.lines
    // A request that cost nothing was not asked for its fee either.
    .filter((line) => line.class !== 'request' || costNano > 0n)
    .map((line) => lineOf(line.class, line.tokens, line.unitPriceNano, line.costNano));
  const sumNano = receipt.lines
    .filter((line) => line.class !== 'request' || costNano > 0n)
    .reduce((sum, line) => sum + line.costNano, 0n);
  if (costNano !== sumNano) lines.push(adjustment(costNano - sumNano));
  return lines;
}

/** The price the row names: of the list, or the token price of a model without one. */
function priceOf({ price, token_price: flat, row }: DetailRow): Price | null {
  if (flat !== null)
    return flatTokenPrice({
      version: BigInt(flat.version),
      priceNanoEur: nano(BigInt(flat.price_nano)),
      ledgerRateNano: BigInt(flat.ledger_rate_nano),
    });
  if (price === null) return null;
  const listed: Price = {
    versionId: row.price_version ?? '',
    ...classPricesOf(price),
    request: optional(price.request_nano),
  };
  if (price.tiers.length === 0) return listed;
  const tiers = price.tiers.map((tier) => ({
    abovePromptTokens: tier.above_tokens,
    ...classPricesOf(tier),
  }));
  return { ...listed, tiers };
}

const classPricesOf = (stored: StoredClassPrices): ClassPrices => ({
  input: nano(BigInt(stored.input_nano)),
  cacheRead: optional(stored.cache_read_nano),
  cacheWrite5m: optional(stored.cache_write_5m_nano),
  cacheWrite1h: optional(stored.cache_write_1h_nano),
  output: nano(BigInt(stored.output_nano)),
});

const optional = (text: string | null): Nano | null => (text === null ? null : nano(BigInt(text)));

const lineOf = (name: string, tokens: number, unitNano: bigint, costNano: bigint): ReceiptLine => ({
  class: name,
  tokens,
  price_per_million: formatMoney(nano(unitNano)),
  cost: formatMoney(nano(costNano)),
});

const adjustment = (costNano: bigint): ReceiptLine => lineOf('adjustment', 0, 0n, costNano);
