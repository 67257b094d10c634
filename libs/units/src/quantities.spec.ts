import { describe, expect, it } from 'vitest';
import { gramsCo2e, tokens, wattHours } from './index.js';

describe('quantities', () => {
  it('keep the number they were given', () => {
    expect(tokens(12)).toBe(12);
    expect(wattHours(0.5)).toBe(0.5);
    expect(gramsCo2e(0)).toBe(0);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53])('refuse %d as a count of tokens', (count) => {
    expect(() => tokens(count)).toThrow(RangeError);
  });

  it.each([-0.1, Number.NaN, Number.POSITIVE_INFINITY])('refuse %d as an estimate', (value) => {
    expect(() => wattHours(value)).toThrow(/watt-hours/);
    expect(() => gramsCo2e(value)).toThrow(/CO2e/);
  });
});
