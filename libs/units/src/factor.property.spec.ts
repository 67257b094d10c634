import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  factor,
  FACTOR_MAX,
  FACTOR_MIN,
  FACTOR_ONE,
  FactorFormatError,
  formatFactor,
  parseFactor,
} from './index.js';

describe('cost factors', () => {
  it('return the factor they were written from', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: FACTOR_MIN, max: FACTOR_MAX }).map(factor),
        (value) => parseFactor(formatFactor(value)) === value,
      ),
    );
  });

  it.each([
    ['1.0', 10_000],
    ['1.5', 15_000],
    ['0.01', 100],
    ['100.0', 1_000_000],
    ['0.0125', 125],
  ])('reads and writes %s', (text, tenThousandths) => {
    expect(parseFactor(text)).toBe(tenThousandths);
    expect(formatFactor(factor(tenThousandths))).toBe(text);
  });

  it('reads a whole number', () => {
    expect(parseFactor('1')).toBe(FACTOR_ONE);
  });

  it.each(['', '-1', '1.00001', '1e1', '1,5', 'one', '.5', '05'])('refuse the text %j', (text) => {
    expect(() => parseFactor(text)).toThrow(FactorFormatError);
    expect(() => parseFactor(text)).toThrow(/from 0\.01 to 100/);
  });

  it.each([0, 99, 1_000_001, 1.5, Number.NaN])('refuse %d ten-thousandths', (value) => {
    expect(() => factor(value)).toThrow(FactorFormatError);
  });

  it('refuse a text outside the range', () => {
    expect(() => parseFactor('0.009')).toThrow(FactorFormatError);
    expect(() => parseFactor('100.0001')).toThrow(FactorFormatError);
  });
});
