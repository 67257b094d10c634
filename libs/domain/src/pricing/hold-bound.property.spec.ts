import { nano, parseMoney } from '@weir/units';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_USAGE, promptTokens } from '../usage/index.js';
import type { CompletePrice } from './index.js';
import {
  affordableOutputTokens,
  completePrice,
  costNano,
  holdBound,
  inputBoundNano,
  READ_CACHE_INPUT_CLASSES,
} from './index.js';

const money = fc.bigInt({ min: 0n, max: 10n ** 9n }).map(nano);
const prices: fc.Arbitrary<CompletePrice> = fc.record({
  versionId: fc.constant('v1'),
  input: money,
  cacheRead: money,
  cacheWrite5m: money,
  cacheWrite1h: money,
  output: money,
  request: money,
});
const count = fc.nat(50);
const usages = fc.record({
  input: count,
  cacheRead: count,
  cacheWrite5m: count,
  cacheWrite1h: count,
  output: count,
  reasoning: fc.constant(0),
});
const sandboxPrice = completePrice({
  versionId: 'v1',
  input: nano(0n),
  cacheRead: null,
  cacheWrite5m: null,
  cacheWrite1h: null,
  output: parseMoney('10000'),
  request: null,
});

describe('the hold bound', () => {
  it('is never below the cost of a usage within the token bounds', () => {
    fc.assert(
      fc.property(usages, count, prices, (usage, slack, price) => {
        const inputTokensMax = promptTokens(usage) + slack;
        const bound = holdBound({ inputTokensMax, outputTokensMax: usage.output, price });
        expect(costNano(usage, price) <= bound).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is the dearest cost plus at most two nano', () => {
    fc.assert(
      fc.property(count, count, prices, (input, output, price) => {
        const classes = [price.input, price.cacheRead, price.cacheWrite5m, price.cacheWrite1h];
        const dearest = classes.reduce((left, right) => (left > right ? left : right));
        const cost = costNano({ ...NO_USAGE, input, output }, { ...price, input: dearest });
        const bound = holdBound({ inputTokensMax: input, outputTokensMax: output, price });
        expect(bound - cost <= 2n).toBe(true);
      }),
    );
  });

  it('equals the cost where only one usage is possible', () => {
    const bound = holdBound({ inputTokensMax: 5000, outputTokensMax: 100, price: sandboxPrice });
    expect(bound).toBe(parseMoney('1'));
    expect(bound).toBe(costNano({ ...NO_USAGE, input: 17, output: 100 }, sandboxPrice));
  });

  it('leaves out cache writes where the request can cause none', () => {
    const price = { ...sandboxPrice, input: nano(1_000_000n), cacheWrite1h: nano(2_000_000n) };
    const input = { inputTokensMax: 10, outputTokensMax: 0, price };
    expect(holdBound(input)).toBe(20n + 1n);
    expect(holdBound({ ...input, inputClasses: READ_CACHE_INPUT_CLASSES })).toBe(10n);
    expect(inputBoundNano(10, price, [])).toBe(0n);
  });

  it('of no tokens is the fee per request', () => {
    const price = { ...sandboxPrice, input: nano(5n), request: nano(7n) };
    expect(holdBound({ inputTokensMax: 0, outputTokensMax: 0, price })).toBe(7n);
  });
});

describe('affordable output', () => {
  it('is the largest output whose hold the money covers', () => {
    fc.assert(
      fc.property(money, count, prices, (availableNano, inputTokensMax, price) => {
        const outputTokensCap = 100_000;
        const found = affordableOutputTokens({
          availableNano,
          inputTokensMax,
          outputTokensCap,
          price,
        });
        const bound = (outputTokensMax: number) =>
          holdBound({ inputTokensMax, outputTokensMax, price });
        if (found > 0) expect(bound(found) <= availableNano).toBe(true);
        if (found < outputTokensCap) expect(bound(found + 1) > availableNano).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is nothing when the input alone is too dear', () => {
    const price = { ...sandboxPrice, input: parseMoney('1000') };
    const input = { availableNano: nano(0n), inputTokensMax: 1000, outputTokensCap: 10, price };
    expect(affordableOutputTokens(input)).toBe(0);
  });

  it('is the cap where output is free', () => {
    const price = { ...sandboxPrice, output: nano(0n) };
    const input = { availableNano: nano(0n), inputTokensMax: 0, outputTokensCap: 4096, price };
    expect(affordableOutputTokens(input)).toBe(4096);
    expect(affordableOutputTokens({ ...input, inputClasses: READ_CACHE_INPUT_CLASSES })).toBe(4096);
  });
});
