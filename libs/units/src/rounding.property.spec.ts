import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divCeil, divHalfUp } from './index.js';

const numerators = fc.bigInt({ min: 0n, max: 10n ** 30n });
const denominators = fc.bigInt({ min: 1n, max: 10n ** 15n });

describe('rounded division', () => {
  it.each([
    [0n, 2n, 0n],
    [1n, 2n, 1n],
    [3n, 2n, 2n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [499_999n, 1_000_000n, 0n],
    [500_000n, 1_000_000n, 1n],
  ])('rounds %d / %d half up to %d', (numerator, denominator, expected) => {
    expect(divHalfUp(numerator, denominator)).toBe(expected);
  });

  it('is at most half away from the exact quotient, and up when exactly half', () => {
    fc.assert(
      fc.property(numerators, denominators, (numerator, denominator) => {
        const error = 2n * (divHalfUp(numerator, denominator) * denominator - numerator);
        expect(error > -denominator && error <= denominator).toBe(true);
      }),
    );
  });

  it('grows with the numerator', () => {
    fc.assert(
      fc.property(numerators, numerators, denominators, (first, second, denominator) => {
        const [small, large] = first < second ? [first, second] : [second, first];
        expect(divHalfUp(small, denominator) <= divHalfUp(large, denominator)).toBe(true);
      }),
    );
  });

  it('rounds up to the smallest integer that is not below the quotient', () => {
    fc.assert(
      fc.property(numerators, denominators, (numerator, denominator) => {
        const quotient = divCeil(numerator, denominator);
        expect(quotient * denominator >= numerator).toBe(true);
        expect((quotient - 1n) * denominator < numerator).toBe(true);
      }),
    );
  });

  it('refuses a negative numerator and a denominator that is not positive', () => {
    expect(() => divHalfUp(-1n, 2n)).toThrow(RangeError);
    expect(() => divHalfUp(1n, 0n)).toThrow(RangeError);
    expect(() => divCeil(-1n, 2n)).toThrow(RangeError);
    expect(() => divCeil(1n, -1n)).toThrow(RangeError);
  });
});
