import { nano, parseFactor, parseMoney } from '@weir/units';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_USAGE, promptTokens } from '../usage/index.js';
import type { CompletePrice, Price } from './index.js';
import {
  affordableOutputTokens,
  completePrice,
  costNano,
  holdBound,
  priceForTier,
  priceOfPrompt,
  priceUsage,
  reachablePrices,
} from './index.js';

/** As providers list it: 3 / 15 per million, 6 / 22.50 for prompts above 200,000 tokens. */
const listed: Price = {
  versionId: 'v1',
  input: parseMoney('3'),
  cacheRead: null,
  cacheWrite5m: null,
  cacheWrite1h: null,
  output: parseMoney('15'),
  request: null,
  tiers: [
    {
      abovePromptTokens: 200_000,
      input: parseMoney('6'),
      cacheRead: null,
      cacheWrite5m: null,
      cacheWrite1h: null,
      output: parseMoney('22.5'),
    },
  ],
};
const complete = completePrice(listed);

const money = fc.bigInt({ min: 0n, max: 10n ** 9n }).map(nano);
const classes = {
  input: money,
  cacheRead: money,
  cacheWrite5m: money,
  cacheWrite1h: money,
  output: money,
};
/** Tiers may also be cheaper than what lies below them. */
const tieredPrices: fc.Arbitrary<CompletePrice> = fc
  .tuple(
    fc.record({ versionId: fc.constant('v1'), ...classes, request: money }),
    fc.uniqueArray(fc.record({ abovePromptTokens: fc.integer({ min: 1, max: 120 }), ...classes }), {
      minLength: 1,
      maxLength: 3,
      selector: (tier) => tier.abovePromptTokens,
    }),
  )
  .map(([price, tiers]) => ({
    ...price,
    tiers: tiers.sort((a, b) => a.abovePromptTokens - b.abovePromptTokens),
  }));
const count = fc.nat(50);
const usages = fc.record({
  input: count,
  cacheRead: count,
  cacheWrite5m: count,
  cacheWrite1h: count,
  output: count,
  reasoning: fc.constant(0),
});

describe('a price with tiers', () => {
  it.each([
    [200_000, '0.6', '0.015'],
    [200_001, '1.200006', '0.0225'],
  ])('bills a whole request of %i prompt tokens at one tier', (input, inputCost, outputCost) => {
    const receipt = priceUsage({ ...NO_USAGE, input, output: 1000 }, listed);
    expect(receipt.lines.map((line) => line.costNano)).toEqual([
      parseMoney(inputCost),
      parseMoney(outputCost),
    ]);
  });

  it('counts cached tokens towards the tier, and fills the tier’s own gaps', () => {
    const usage = { ...NO_USAGE, input: 1, cacheRead: 200_000 };
    expect(costNano(usage, complete)).toBe(parseMoney('0.120006'));
    expect(complete.tiers?.[0]).toMatchObject({ cacheWrite1h: parseMoney('12') });
  });

  it('is one price for all prompts where it has no tiers', () => {
    const { tiers: _, ...without } = complete;
    expect(priceOfPrompt(without, 1_000_000)).toBe(without);
    expect(reachablePrices(without, 7)).toEqual([{ price: without, promptTokensMax: 7 }]);
  });

  it('takes the last tier that a prompt lies above', () => {
    const [tier] = complete.tiers ?? [];
    if (tier === undefined) throw new Error('There is a tier.');
    const two = { ...complete, tiers: [tier, { ...tier, abovePromptTokens: 300_000 }] };
    const dearer = {
      ...two,
      tiers: [tier, { ...tier, abovePromptTokens: 300_000, input: nano(9n) }],
    };
    expect(priceOfPrompt(dearer, 300_000).input).toBe(tier.input);
    expect(priceOfPrompt(dearer, 300_001).input).toBe(9n);
    expect(priceOfPrompt(two, 1).input).toBe(complete.input);
  });

  it('is scaled by the account’s tier in all its parts', () => {
    const half = priceForTier(listed, parseFactor('0.5'));
    expect(half.tiers).toEqual([
      {
        abovePromptTokens: 200_000,
        input: parseMoney('3'),
        cacheRead: parseMoney('0.3'),
        cacheWrite5m: parseMoney('3.75'),
        cacheWrite1h: parseMoney('6'),
        output: parseMoney('11.25'),
      },
    ]);
  });

  it('costs the same by its receipt and by its sum', () => {
    fc.assert(
      fc.property(usages, tieredPrices, (usage, price) => {
        expect(priceUsage(usage, price).totalNano).toBe(costNano(usage, price));
      }),
    );
  });

  it('is never held below the cost of a usage within the token bounds', () => {
    fc.assert(
      fc.property(usages, count, tieredPrices, (usage, slack, price) => {
        const inputTokensMax = promptTokens(usage) + slack;
        const bound = holdBound({ inputTokensMax, outputTokensMax: usage.output, price });
        expect(costNano(usage, price) <= bound).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is not held at a tier that the prompt cannot reach', () => {
    const bound = (inputTokensMax: number): bigint =>
      holdBound({
        inputTokensMax,
        outputTokensMax: 1000,
        price: complete,
        inputClasses: ['input'],
      });
    expect(bound(200_000)).toBe(parseMoney('0.615'));
    expect(bound(200_001)).toBe(parseMoney('1.222506'));
  });

  it('sizes an output that its own hold covers, and no smaller one than could be', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(100), money, tieredPrices, (input, cap, available, price) => {
        const size = { inputTokensMax: input, price };
        const tokens = affordableOutputTokens({
          ...size,
          availableNano: available,
          outputTokensCap: cap,
        });
        const covered = (outputTokensMax: number): boolean =>
          holdBound({ ...size, outputTokensMax }) <= available;
        expect(tokens === 0 || covered(tokens)).toBe(true);
        expect(tokens === cap || !covered(tokens + 1)).toBe(true);
      }),
    );
  });
});
