import { explainCost, priceForTier, type Price } from '@weir/domain';
import { factor, formatMoney, nano } from '@weir/units';
import type { RequestDetail } from '@weir/contracts';
import type { DetailRow } from './requests.repository.js';

/** The receipt of one request, at the price its row names and the tier's factor of today. */
export function receiptLines(detail: DetailRow, price: Price | null): RequestDetail['lines'] {
  const { row } = detail;
  const usage = {
    input: row.input_tokens ?? 0,
    cacheRead: row.cache_read_tokens ?? 0,
    cacheWrite5m: row.cache_write_5m_tokens ?? 0,
    cacheWrite1h: row.cache_write_1h_tokens ?? 0,
    output: row.output_tokens ?? 0,
    reasoning: row.reasoning_tokens ?? 0,
  };
  const paid = price === null ? null : priceForTier(price, factor(detail.price_factor));
  return explainCost(usage, paid, nano(BigInt(detail.cost_nano))).map((line) => ({
    class: line.class,
    tokens: line.tokens,
    price_per_million: formatMoney(line.unitPriceNano),
    cost: formatMoney(line.costNano),
  }));
}
