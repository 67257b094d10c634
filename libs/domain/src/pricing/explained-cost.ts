/**
 * How a charge came about, line by line, long after it was made. What the lines cannot explain (a charge held down to
 * its hold, a tier's factor that changed since, a price that is gone) is one line of its own, so that the sum is
 * always the charge to the last nano.
 */
import { nano, type Nano } from '@weir/units';
import type { Usage } from '../usage/usage.js';
import type { Price } from './price.js';
import { priceUsage, type ReceiptClass, type ReceiptLine } from './receipt.js';

/** A line of an explained charge. `adjustment` has no tokens and no price. */
export interface ExplainedLine extends Omit<ReceiptLine, 'class'> {
  readonly class: ReceiptClass | 'adjustment';
}

/** The lines of a charge. `price` null = unknown. A request that cost nothing was not asked for its fee either. */
export function explainCost(usage: Usage, price: Price | null, costNano: Nano): ExplainedLine[] {
  const lines: ExplainedLine[] = [];
  let sumNano = 0n;
  if (price !== null) {
    for (const line of priceUsage(usage, price).lines) {
      if (line.class === 'request' && costNano === 0n) continue;
      lines.push(line);
      sumNano += line.costNano;
    }
  }
  if (costNano !== sumNano) {
    const rest = nano(costNano - sumNano);
    lines.push({ class: 'adjustment', tokens: 0, unitPriceNano: nano(0n), costNano: rest });
  }
  return lines;
}
