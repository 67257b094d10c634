import fc from 'fast-check';
import { nano } from '@weir/units';
import { describe, expect, it } from 'vitest';
import { NO_USAGE, type Usage } from '../usage/usage.js';
import { explainCost } from './explained-cost.js';
import type { Price } from './price.js';
import { priceUsage } from './receipt.js';

const amount = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(nano);
const price: fc.Arbitrary<Price> = fc.record({
  versionId: fc.constant('1'),
  input: amount,
  output: amount,
  cacheRead: fc.option(amount),
  cacheWrite5m: fc.option(amount),
  cacheWrite1h: fc.option(amount),
  request: fc.option(amount),
});
const tokens = fc.nat({ max: 1_000_000 });
const usage: fc.Arbitrary<Usage> = fc.record({
  input: tokens,
  cacheRead: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
  output: tokens,
  reasoning: fc.constant(0),
});

describe('an explained charge', () => {
  it('always sums to the charge, whatever the price says today', () => {
    fc.assert(
      fc.property(usage, fc.option(price), amount, (used, listed, cost) => {
        const lines = explainCost(used, listed, cost);
        expect(lines.reduce((sum, line) => sum + line.costNano, 0n)).toBe(cost);
      }),
    );
  });

  it('needs no adjustment where the price is the one that was charged', () => {
    fc.assert(
      fc.property(usage, price, (used, listed) => {
        const receipt = priceUsage(used, listed);
        fc.pre(receipt.totalNano > 0n);
        expect(explainCost(used, listed, receipt.totalNano)).toEqual(receipt.lines);
      }),
    );
  });

  it('asks no fee of a request that cost nothing', () => {
    const fee: Price = {
      versionId: '1',
      input: nano(5n),
      output: nano(5n),
      cacheRead: null,
      cacheWrite5m: null,
      cacheWrite1h: null,
      request: nano(7n),
    };
    expect(explainCost(NO_USAGE, fee, nano(0n))).toEqual([]);
  });
});
