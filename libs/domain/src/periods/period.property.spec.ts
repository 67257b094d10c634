import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AllowanceKind } from '../allowances/kind.js';
import { ALLOWANCE_KINDS } from '../allowances/kind.js';
import { CurrentPeriods, nextResetMs, periodLength, periodOf } from './index.js';

const instants = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
const kinds = fc.constantFrom<AllowanceKind>(...ALLOWANCE_KINDS);
const at = (iso: string) => Date.parse(iso);

describe('the period of a request', () => {
  it.each<[AllowanceKind, string, string]>([
    [1, '2026-02-28T23:59:59.999Z', '2026-02-28'],
    [1, '2026-03-01T00:00:00.000Z', '2026-03-01'],
    [5, '2024-02-29T12:00:00.000Z', '2024-02-29'],
    [2, '2026-12-31T23:59:59.999Z', '2026-12-01'],
    [6, '2026-01-01T00:00:00.000Z', '2026-01-01'],
    [0, '2026-07-01T00:00:00.000Z', '1970-01-01'],
    [3, '2026-07-01T00:00:00.000Z', '1970-01-01'],
    [4, '2026-07-01T00:00:00.000Z', '1970-01-01'],
  ])('of kind %d accepted at %s is %s', (kind, iso, period) => {
    expect(periodOf(kind, at(iso))).toBe(period);
  });

  it('lasts until the next reset and not longer', () => {
    fc.assert(
      fc.property(kinds, instants, (kind, instant) => {
        const reset = nextResetMs(kind, instant);
        expect(reset === null).toBe(periodLength(kind) === 'ever');
        if (reset === null) return;
        expect(reset > instant).toBe(true);
        expect(periodOf(kind, reset - 1)).toBe(periodOf(kind, instant));
        expect(periodOf(kind, reset)).not.toBe(periodOf(kind, instant));
      }),
    );
  });

  it('resets at midnight and on the first of the month, UTC', () => {
    const now = at('2026-12-31T10:00:00Z');
    expect(nextResetMs(1, now)).toBe(at('2027-01-01T00:00:00Z'));
    expect(nextResetMs(2, at('2026-11-01T00:00:00Z'))).toBe(at('2026-12-01T00:00:00Z'));
    expect(nextResetMs(6, now)).toBe(at('2027-01-01T00:00:00Z'));
    expect(nextResetMs(0, now)).toBeNull();
  });
});

describe('the remembered periods', () => {
  it('equal the computed ones at every instant', () => {
    const periods = new CurrentPeriods();
    fc.assert(
      fc.property(instants, (instant) => {
        expect(periods.at(instant)).toEqual(ALLOWANCE_KINDS.map((kind) => periodOf(kind, instant)));
      }),
    );
  });

  it('are the same array within a day and another one after midnight', () => {
    const periods = new CurrentPeriods();
    const evening = periods.at(at('2026-05-01T23:00:00Z'));
    expect(periods.at(at('2026-05-01T23:59:59Z'))).toBe(evening);
    expect(periods.at(at('2026-05-02T00:00:00Z'))).not.toBe(evening);
  });
});
