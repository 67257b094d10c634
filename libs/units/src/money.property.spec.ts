import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addNano,
  compareNano,
  formatMoney,
  isMoneyText,
  maxNano,
  minNano,
  MoneyFormatError,
  nano,
  NANO_MAX,
  parseMoney,
  subtractNano,
  sumNano,
  ZERO_NANO,
} from './index.js';

const amounts = fc.bigInt({ min: -NANO_MAX, max: NANO_MAX }).map(nano);

describe('money text', () => {
  it('returns the amount it was written from', () => {
    fc.assert(fc.property(amounts, (amount) => parseMoney(formatMoney(amount)) === amount));
  });

  it('never has an exponent, a trailing zero after the dot, or more than nine decimals', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(formatMoney(amount)).toMatch(/^-?(0|[1-9]\d*)(\.\d{0,8}[1-9])?$/);
      }),
    );
  });

  it.each([
    ['0', 0n],
    ['1', 1_000_000_000n],
    ['1.25', 1_250_000_000n],
    ['100', 100_000_000_000n],
    ['0.000000001', 1n],
    ['-0.5', -500_000_000n],
    ['1200', 1_200_000_000_000n],
  ])('reads and writes %s', (text, amount) => {
    expect(parseMoney(text)).toBe(amount);
    expect(formatMoney(nano(amount))).toBe(text);
  });

  it('reads trailing zeros and a negative zero', () => {
    expect(parseMoney('1.500000000')).toBe(1_500_000_000n);
    expect(parseMoney('-0')).toBe(0n);
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '+1',
    '01',
    '1.',
    '.5',
    '1,5',
    '1e3',
    '0x1',
    'NaN',
    '1_000',
    '١',
    '--1',
  ])('refuses %j and says what to write', (text) => {
    expect(() => parseMoney(text)).toThrow(MoneyFormatError);
    expect(() => parseMoney(text)).toThrow(/for example "1\.25"/);
    expect(isMoneyText(text)).toBe(false);
  });

  it('refuses a tenth decimal and says how many are allowed', () => {
    expect(() => parseMoney('0.0000000001')).toThrow(/has 10 decimals; write at most 9/);
  });

  it('refuses more than a bigint column holds and names the largest amount', () => {
    expect(parseMoney('9223372036.854775807')).toBe(NANO_MAX);
    expect(() => parseMoney('9223372036.854775808')).toThrow(/up to 9223372036\.854775807/);
  });

  it('quotes only the beginning of a long text', () => {
    expect(() => parseMoney('x'.repeat(10_000))).toThrow(/^"x{40}…"/);
  });

  it('tells money from other texts', () => {
    expect(isMoneyText('12.5')).toBe(true);
  });
});

describe('money arithmetic', () => {
  it('adds and subtracts exactly', () => {
    fc.assert(
      fc.property(amounts, amounts, (left, right) => {
        expect(subtractNano(addNano(left, right), right)).toBe(left);
        expect(sumNano([left, right, ZERO_NANO])).toBe(left + right);
      }),
    );
  });

  it('orders amounts as their numbers', () => {
    fc.assert(
      fc.property(amounts, amounts, (left, right) => {
        expect(compareNano(left, right)).toBe(-compareNano(right, left) + 0);
        expect(minNano(left, right) + maxNano(left, right)).toBe(left + right);
        expect(compareNano(minNano(left, right), maxNano(left, right))).not.toBe(1);
      }),
    );
    expect(compareNano(nano(1n), nano(1n))).toBe(0);
    expect([nano(3n), nano(1n), nano(2n)].sort(compareNano)).toEqual([1n, 2n, 3n]);
  });
});
