import { describe, expect, it } from 'vitest';
import { ACCOUNT_RULE, ADDRESS_RULE, Throttle } from './login-throttle.js';

/** Guesses as fast as allowed for a while; answers how many were evaluated. */
function evaluatedWithin(throttle: Throttle, clock: { nowMs: number }, spanMs: number): number {
  const endMs = clock.nowMs + spanMs;
  let evaluated = 0;
  while (clock.nowMs < endMs) {
    if (throttle.waitMs('victim') === 0) {
      throttle.count('victim');
      evaluated += 1;
    }
    clock.nowMs += 50;
  }
  return evaluated;
}

describe('the sign-in throttle', () => {
  it.each([
    ['account', ACCOUNT_RULE],
    ['address', ADDRESS_RULE],
  ])('evaluates at most ten guesses a minute per %s, for ever', (_, rule) => {
    const clock = { nowMs: 1_000_000 };
    const throttle = new Throttle(rule, 100, () => clock.nowMs);
    for (let minute = 0; minute < 30; minute += 1)
      expect(evaluatedWithin(throttle, clock, 60_000)).toBeLessThanOrEqual(10);
  });

  it('does not count a right password', () => {
    const throttle = new Throttle(ACCOUNT_RULE, 100, () => 0);
    for (let i = 0; i < 1_000; i += 1) {
      expect(throttle.waitMs('owner')).toBe(0);
      throttle.count('owner');
      throttle.forgive('owner', true);
    }
  });

  it('keeps the other failures of an address when one sign-in from it was right', () => {
    const throttle = new Throttle(ADDRESS_RULE, 100, () => 0);
    for (let i = 0; i < 9; i += 1) throttle.count('office');
    throttle.count('office');
    throttle.forgive('office', false);
    expect(throttle.waitMs('office')).toBe(0);
    throttle.count('office');
    expect(throttle.waitMs('office')).toBeGreaterThan(0);
  });

  it('forgets the longest untouched subject when it is full', () => {
    const throttle = new Throttle(ACCOUNT_RULE, 2, () => 0);
    for (let i = 0; i < 6; i += 1) throttle.count('first');
    throttle.count('second');
    throttle.count('third');
    expect(throttle.waitMs('first')).toBe(0);
  });
});
