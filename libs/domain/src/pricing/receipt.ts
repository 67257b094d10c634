/**
 * What a usage costs: per token class tokens × price, rounded half up once; a request's cost is the sum of its lines
 * and is never rounded again. `costNano` runs for every request and every progress record; `priceUsage` makes the
 * lines a person reads. Both give the same total.
 */
import type { Nano } from '@weir/units';
import { divHalfUp, nano } from '@weir/units';
import type { Usage } from '../usage/usage.js';
import type { CompletePrice, Price } from './price.js';
import { completePrice, TOKENS_PER_PRICE } from './price.js';
import { priceOfUsage } from './price-tiers.js';

/** Names of receipt lines: the token classes and the fee per request. */
export type ReceiptClass =
  'input' | 'cache_read' | 'cache_write_5m' | 'cache_write_1h' | 'output' | 'request';

/** One line of a receipt. */
export interface ReceiptLine {
  readonly class: ReceiptClass;
  /** Tokens of the class; 1 for the line `request`. */
  readonly tokens: number;
  /** Nano per million tokens; nano per request for the line `request`. */
  readonly unitPriceNano: Nano;
  readonly costNano: Nano;
}

/** A request's cost and how it came about. Classes without tokens have no line. */
export interface Receipt {
  readonly lines: readonly ReceiptLine[];
  readonly totalNano: Nano;
}

/** Cost of one class, nano: tokens (integer ≥ 0) × price per million, half up. */
export function lineCostNano(tokens: number, pricePerMillionTokensNano: Nano): Nano {
  if (tokens === 0 || pricePerMillionTokensNano === 0n) return nano(0n);
  return nano(divHalfUp(BigInt(tokens) * pricePerMillionTokensNano, TOKENS_PER_PRICE));
}

/** Cost of a usage, nano. Equals the total of `priceUsage`, without making its lines. */
export function costNano(usage: Usage, listed: CompletePrice): Nano {
  const price = priceOfUsage(listed, usage);
  return nano(
    lineCostNano(usage.input, price.input) +
      lineCostNano(usage.cacheRead, price.cacheRead) +
      lineCostNano(usage.cacheWrite5m, price.cacheWrite5m) +
      lineCostNano(usage.cacheWrite1h, price.cacheWrite1h) +
      lineCostNano(usage.output, price.output) +
      price.request,
  );
}

/** The receipt of a usage at a price. */
export function priceUsage(usage: Usage, price: Price): Receipt {
  const complete = priceOfUsage(completePrice(price), usage);
  const lines: ReceiptLine[] = [];
  const addLine = (name: ReceiptClass, tokens: number, unitPriceNano: Nano): void => {
    if (tokens === 0) return;
    lines.push({
      class: name,
      tokens,
      unitPriceNano,
      costNano: lineCostNano(tokens, unitPriceNano),
    });
  };
  addLine('input', usage.input, complete.input);
  addLine('cache_read', usage.cacheRead, complete.cacheRead);
  addLine('cache_write_5m', usage.cacheWrite5m, complete.cacheWrite5m);
  addLine('cache_write_1h', usage.cacheWrite1h, complete.cacheWrite1h);
  addLine('output', usage.output, complete.output);
  if (complete.request > 0n) {
    lines.push({
      class: 'request',
      tokens: 1,
      unitPriceNano: complete.request,
      costNano: complete.request,
    });
  }
  let total = 0n;
  for (const line of lines) total += line.costNano;
  return { lines, totalNano: nano(total) };
}
