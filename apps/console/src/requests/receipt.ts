import { formatMoney, nano } from '@weir/units';
import type { RequestDetail } from '@weir/contracts';
import type { DetailRow } from './requests.repository.js';

type ReceiptLine = RequestDetail['lines'][number];

const MILLION = 1_000_000n;
const FACTOR_SCALE = 10_000n;
/** Default multiples of the input price, ten-thousandths (decisions §2). */
const DEFAULTS = { cache_read: 1_000n, cache_write_5m: 12_500n, cache_write_1h: 20_000n } as const;

const halfUp = (numerator: bigint, denominator: bigint): bigint =>
  (2n * numerator + denominator) / (2n * denominator);

/**
 * The receipt of one request: one line per token class, rounded half up as when it was charged. What the lines
 * cannot explain (a charge held down to its hold, a tier's factor that changed since) is one line of its own, so
 * that the sum is always the cost to the last nano.
 */
export function receiptLines(detail: DetailRow): ReceiptLine[] {
  const costNano = BigInt(detail.cost_nano);
  const { price, row } = detail;
  if (!price) return costNano === 0n ? [] : [adjustment(costNano)];
  const inputNano = BigInt(price.input_nano);
  const own = (given: string | null, multiple: bigint): bigint =>
    given === null ? halfUp(inputNano * multiple, FACTOR_SCALE) : BigInt(given);
  const classes: [string, number | null, bigint][] = [
    ['input', row.input_tokens, inputNano],
    ['cache_read', row.cache_read_tokens, own(price.cache_read_nano, DEFAULTS.cache_read)],
    ['cache_write_5m', row.cache_write_5m_tokens, own(price.cache_write_5m_nano, DEFAULTS.cache_write_5m)],
    ['cache_write_1h', row.cache_write_1h_tokens, own(price.cache_write_1h_nano, DEFAULTS.cache_write_1h)],
    ['output', row.output_tokens, BigInt(price.output_nano)],
  ];
  const tierFactor = BigInt(detail.price_factor);
  const lines: ReceiptLine[] = [];
  let sumNano = 0n;
  for (const [name, tokens, perMillionNano] of classes) {
    if (tokens === null || tokens === 0) continue;
    const effectiveNano = halfUp(perMillionNano * tierFactor, FACTOR_SCALE);
    const lineNano = halfUp(BigInt(tokens) * perMillionNano * tierFactor, MILLION * FACTOR_SCALE);
    sumNano += lineNano;
    lines.push(lineOf(name, tokens, effectiveNano, lineNano));
  }
  if (price.request_nano !== null && price.request_nano !== '0' && costNano > 0n) {
    const requestNano = halfUp(BigInt(price.request_nano) * tierFactor, FACTOR_SCALE);
    sumNano += requestNano;
    lines.push(lineOf('request', 0, 0n, requestNano));
  }
  if (costNano !== sumNano) lines.push(adjustment(costNano - sumNano));
  return lines;
}

const lineOf = (name: string, tokens: number, perMillionNano: bigint, costNano: bigint): ReceiptLine => ({
  class: name,
  tokens,
  price_per_million: formatMoney(nano(perMillionNano)),
  cost: formatMoney(nano(costNano)),
});

const adjustment = (costNano: bigint): ReceiptLine => lineOf('adjustment', 0, 0n, costNano);
