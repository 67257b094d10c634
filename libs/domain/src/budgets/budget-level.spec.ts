import { describe, expect, it } from 'vitest';
import { budgetBarPercent, budgetLevel, budgetPercent, crossedThresholds } from './index.js';

describe('a budget card', () => {
  it.each([
    [699n, 1000n, 69.9, 'normal'],
    [6999n, 10_000n, 70, 'normal'],
    [700n, 1000n, 70, 'warning'],
    [900n, 1000n, 90, 'warning'],
    [9001n, 10_000n, 90, 'critical'],
    [1n, 3n, 33.3, 'normal'],
    [2n, 3n, 66.7, 'normal'],
    [15n, 10n, 150, 'critical'],
    [0n, 10n, 0, 'normal'],
  ])('with %d of %d used reads %d %% and is %s', (used, limit, percent, level) => {
    expect(budgetPercent(used, limit)).toBe(percent);
    expect(budgetLevel(used, limit)).toBe(level);
  });

  it('without a limit has no bar, percentage or colour', () => {
    expect(budgetPercent(5n, null)).toBeNull();
    expect(budgetLevel(5n, null)).toBeNull();
    expect(budgetBarPercent(5n, null)).toBeNull();
  });

  it('with a limit of 0 is full', () => {
    expect(budgetPercent(0n, 0n)).toBe(100);
    expect(budgetLevel(0n, 0n)).toBe('critical');
  });

  it('has a bar that ends at 100', () => {
    expect(budgetBarPercent(15n, 10n)).toBe(100);
    expect(budgetBarPercent(5n, 10n)).toBe(50);
  });
});

describe('alert thresholds', () => {
  it('are crossed when first reached', () => {
    expect(crossedThresholds(70n, 101n, 100n, [100, 80, 50])).toEqual([80, 100]);
    expect(crossedThresholds(79n, 80n, 100n, [80])).toEqual([80]);
    expect(crossedThresholds(80n, 99n, 100n, [80])).toEqual([]);
  });

  it('are not crossed without a limit or at a limit of 0', () => {
    expect(crossedThresholds(0n, 5n, null, [80])).toEqual([]);
    expect(crossedThresholds(0n, 0n, 0n, [80])).toEqual([]);
  });
});
