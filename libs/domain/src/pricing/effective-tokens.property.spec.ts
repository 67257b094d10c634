import {
  factor,
  FACTOR_MAX,
  FACTOR_MIN,
  FACTOR_ONE,
  formatMoney,
  parseFactor,
  parseMoney,
} from '@weir/units';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affordableTotalTokens, budgetValueEur, effectiveTokens } from './index.js';

const factors = fc.integer({ min: FACTOR_MIN, max: FACTOR_MAX }).map(factor);
const totals = fc.nat(10_000_000);
const tokenPrice = parseMoney('0.00002');

describe('effective tokens', () => {
  it.each([
    [10_000, '1', 10_000n, '0.2'],
    [10_000, '1.5', 15_000n, '0.3'],
    [1000, '0.8', 800n, '0.016'],
  ])('of %d tokens at factor %s are %d, worth %s EUR', (total, text, expected, value) => {
    const effective = effectiveTokens(total, parseFactor(text), FACTOR_ONE);
    expect(effective).toBe(expected);
    expect(effectiveTokens(total, FACTOR_ONE, parseFactor(text))).toBe(expected);
    expect(formatMoney(budgetValueEur(effective, tokenPrice))).toBe(value);
  });

  it('multiply both factors before they round half up', () => {
    expect(effectiveTokens(1, parseFactor('1.5'), parseFactor('1'))).toBe(2n);
    expect(effectiveTokens(3, parseFactor('0.5'), parseFactor('0.9'))).toBe(1n);
    expect(effectiveTokens(10, parseFactor('1.5'), parseFactor('1.5'))).toBe(23n);
  });

  it('are at least 1 when anything was used, and 0 when nothing was', () => {
    expect(effectiveTokens(1, parseFactor('0.01'), parseFactor('0.01'))).toBe(1n);
    expect(effectiveTokens(0, parseFactor('100'), parseFactor('100'))).toBe(0n);
  });

  it('grow with the total, so that a bound of tokens gives a bound of effective tokens', () => {
    fc.assert(
      fc.property(totals, totals, factors, factors, (first, second, template, server) => {
        const [small, large] = first < second ? [first, second] : [second, first];
        expect(
          effectiveTokens(small, template, server) <= effectiveTokens(large, template, server),
        ).toBe(true);
      }),
    );
  });
});

describe('affordable tokens', () => {
  it('are the largest total within a budget', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10_000_000n }),
        factors,
        factors,
        (available, template, server) => {
          const cap = 50_000_000;
          const found = affordableTotalTokens(available, template, server, cap);
          expect(effectiveTokens(found, template, server) <= available).toBe(true);
          if (found < cap)
            expect(effectiveTokens(found + 1, template, server) > available).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('are none when the budget is overdrawn', () => {
    expect(affordableTotalTokens(-5n, FACTOR_ONE, FACTOR_ONE, 100)).toBe(0);
  });
});
