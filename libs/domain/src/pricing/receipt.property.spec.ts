import { nano, parseFactor, parseMoney, FACTOR_ONE } from '@weir/units';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_USAGE } from '../usage/index.js';
import type { Price } from './index.js';
import { completePrice, costNano, flatTokenPrice, priceForTier, priceUsage } from './index.js';

const money = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(nano);
const gap = fc.option(money);
const prices: fc.Arbitrary<Price> = fc.record({
  versionId: fc.constant('v1'),
  input: money,
  cacheRead: gap,
  cacheWrite5m: gap,
  cacheWrite1h: gap,
  output: money,
  request: gap,
});
const count = fc.nat(2_000_000);
const usages = fc.record({
  input: count,
  cacheRead: count,
  cacheWrite5m: count,
  cacheWrite1h: count,
  output: count,
  reasoning: fc.constant(0),
});
const dollars = (text: string) => parseMoney(text);
const listPrice: Price = {
  versionId: 'v1',
  input: dollars('3'),
  cacheRead: null,
  cacheWrite5m: null,
  cacheWrite1h: null,
  output: dollars('15'),
  request: null,
};

describe('a receipt', () => {
  it('prices each class by its own price per million', () => {
    const usage = {
      input: 1000,
      cacheRead: 1000,
      cacheWrite5m: 1000,
      cacheWrite1h: 1000,
      output: 1000,
      reasoning: 0,
    };
    expect(priceUsage(usage, listPrice)).toEqual({
      lines: [
        { class: 'input', tokens: 1000, unitPriceNano: dollars('3'), costNano: dollars('0.003') },
        {
          class: 'cache_read',
          tokens: 1000,
          unitPriceNano: dollars('0.3'),
          costNano: dollars('0.0003'),
        },
        {
          class: 'cache_write_5m',
          tokens: 1000,
          unitPriceNano: dollars('3.75'),
          costNano: dollars('0.00375'),
        },
        {
          class: 'cache_write_1h',
          tokens: 1000,
          unitPriceNano: dollars('6'),
          costNano: dollars('0.006'),
        },
        { class: 'output', tokens: 1000, unitPriceNano: dollars('15'), costNano: dollars('0.015') },
      ],
      totalNano: dollars('0.02805'),
    });
  });

  it('has no line for a class without tokens', () => {
    expect(priceUsage(NO_USAGE, listPrice)).toEqual({ lines: [], totalNano: 0n });
  });

  it('adds the fee per request once', () => {
    const receipt = priceUsage(NO_USAGE, { ...listPrice, request: dollars('0.01') });
    expect(receipt.lines).toEqual([
      { class: 'request', tokens: 1, unitPriceNano: dollars('0.01'), costNano: dollars('0.01') },
    ]);
    expect(receipt.totalNano).toBe(dollars('0.01'));
  });

  it('rounds half a nano up, per class and not at the sum', () => {
    const price = { ...listPrice, input: nano(500_000n), output: nano(499_999n) };
    expect(priceUsage({ ...NO_USAGE, input: 1, output: 1 }, price).totalNano).toBe(1n);
    const twoHalves = { ...price, output: nano(500_000n) };
    expect(priceUsage({ ...NO_USAGE, input: 1, output: 1 }, twoHalves).totalNano).toBe(2n);
  });

  it('is the sum of its lines, and the same as the cost without lines', () => {
    fc.assert(
      fc.property(usages, prices, (usage, price) => {
        const receipt = priceUsage(usage, price);
        expect(receipt.lines.reduce((sum, line) => sum + line.costNano, 0n)).toBe(
          receipt.totalNano,
        );
        expect(costNano(usage, completePrice(price))).toBe(receipt.totalNano);
      }),
    );
  });

  it('does not depend on the reasoning detail', () => {
    const usage = { ...NO_USAGE, output: 100 };
    expect(priceUsage({ ...usage, reasoning: 90 }, listPrice)).toEqual(
      priceUsage(usage, listPrice),
    );
  });

  it('is at most half a nano per class away from the exact cost', () => {
    fc.assert(
      fc.property(usages, prices, (usage, price) => {
        const full = completePrice(price);
        const exact =
          BigInt(usage.input) * full.input +
          BigInt(usage.cacheRead) * full.cacheRead +
          BigInt(usage.cacheWrite5m) * full.cacheWrite5m +
          BigInt(usage.cacheWrite1h) * full.cacheWrite1h +
          BigInt(usage.output) * full.output;
        const error = (costNano(usage, full) - full.request) * 1_000_000n - exact;
        expect(error <= 2_500_000n && error >= -2_500_000n).toBe(true);
      }),
    );
  });
});

describe('a price', () => {
  it('keeps the cache prices it was given', () => {
    const given = {
      ...listPrice,
      cacheRead: nano(1n),
      cacheWrite5m: nano(2n),
      cacheWrite1h: nano(3n),
      request: nano(4n),
    };
    expect(completePrice(given)).toEqual(given);
  });

  it('is scaled by the tier, defaults included', () => {
    const tier = priceForTier({ ...listPrice, request: dollars('0.02') }, parseFactor('0.5'));
    expect(tier).toEqual({
      versionId: 'v1',
      input: dollars('1.5'),
      cacheRead: dollars('0.15'),
      cacheWrite5m: dollars('1.875'),
      cacheWrite1h: dollars('3'),
      output: dollars('7.5'),
      request: dollars('0.01'),
    });
    expect(priceForTier(listPrice, FACTOR_ONE)).toEqual(completePrice(listPrice));
  });

  it('of an unpriced model under the policy token-price is the same for every class', () => {
    const euros = { version: 3n, priceNanoEur: dollars('0.00002'), ledgerRateNano: dollars('1') };
    const flat = flatTokenPrice(euros);
    expect(costNano({ ...NO_USAGE, input: 6000, output: 4000 }, flat)).toBe(dollars('0.2'));
    expect(costNano({ ...NO_USAGE, cacheRead: 10_000 }, flat)).toBe(dollars('0.2'));
    expect(flat.versionId).toBe('-3');
  });

  it('of an unpriced model is converted before it is rounded, so that a price below a nano survives', () => {
    const tiny = { version: 1n, priceNanoEur: nano(1n), ledgerRateNano: 1_500n };
    expect(flatTokenPrice(tiny).input).toBe(2n);
    const dollar = {
      version: 1n,
      priceNanoEur: dollars('0.00002'),
      ledgerRateNano: dollars('1.08'),
    };
    expect(costNano({ ...NO_USAGE, output: 10_000 }, flatTokenPrice(dollar))).toBe(
      dollars('0.216'),
    );
  });
});
