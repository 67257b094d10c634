import { describe, expect, it } from 'vitest';
import { budgetLevel, countdown } from './countdown';
import { Formatter, readersLocale } from './formatter';
import { startOfDay } from './start-of-day';

const euro = new Formatter({ locale: 'en-US', currency: 'EUR', timeZone: 'Europe/Berlin' });

describe('money', () => {
  it.each([
    ['1234.56', '€1,234.56'],
    ['0.1234', '€0.1234'],
    ['0.00752', '€0.00752'],
    ['0.000000001', '€0.00000000100'],
    ['0', '€0'],
    ['-3.5', '-€3.50'],
  ])('writes %s in a cell as %s', (amount, text) => {
    expect(euro.money(amount)).toBe(text);
  });

  it.each([
    ['12345.67', '€12.35k'],
    ['0.1234', '€0.12'],
    ['0.00752', '<€0.01'],
    ['0', '€0'],
  ])('writes %s on a card as %s', (amount, text) => {
    expect(euro.money(amount, 'card')).toBe(text);
  });

  it('tells unknown from zero', () => {
    expect(euro.money(null)).toBe('—');
    expect(euro.money('0')).toBe('€0');
  });

  it('keeps every digit of an amount that a float would round', () => {
    expect(euro.money('9007199.254740993', 'detail')).toBe('€9,007,199.254741');
    expect(euro.money('0.000000007', 'detail')).toBe('€0.000000007');
    expect(euro.balance('123456789012.35')).toContain('123,456,789,012.35');
  });

  it('uses the separators of the reader', () => {
    const german = new Formatter({ locale: 'de-DE', currency: 'EUR', timeZone: 'UTC' });
    expect(german.money('1234.5')).toBe('1.234,50\u00a0€');
  });
});

describe('counts, times and rates', () => {
  it('shortens tokens on cards only', () => {
    expect(euro.count(231_400)).toBe('231,400');
    expect(euro.count(231_400, 'card')).toBe('231.4k');
    expect(euro.count(8_170, 'card')).toBe('8,170');
  });

  it.each([
    [842, '842 ms'],
    [4_330, '4.33 s'],
    [42_300, '42.3 s'],
    [125_000, '2 m 05 s'],
    [3_720_000, '1 h 02 m'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(euro.duration(milliseconds)).toBe(text);
  });

  it('writes instants in the zone of the reader or in UTC', () => {
    const at = '2026-11-21T14:02:11.042Z';
    expect(euro.time(at)).toBe('15:02:11');
    expect(euro.time(at, { utc: true, ms: true })).toBe('14:02:11.042');
    expect(euro.day('2026-11-01')).toBe('Nov 01');
  });

  it('falls back from a language that Intl does not know', () => {
    expect(readersLocale(['en-US@posix', 'de-DE'])).toBe('de-DE');
    expect(readersLocale([])).toBe('en');
  });
});

describe('budgets', () => {
  it('counts down in days from a day on, else in hours and minutes', () => {
    const now = Date.parse('2026-11-21T10:00:00Z');
    expect(countdown('2026-12-01T00:00:00Z', now)).toBe('Reset in 9 day(s)');
    expect(countdown('2026-11-22T00:00:00Z', now)).toBe('Reset in 14h 00min');
    expect(countdown('2026-11-21T09:00:00Z', now)).toBe('Reset in 0h 00min');
  });

  it('warns from 70 to 90 percent inclusive', () => {
    expect([69.9, 70, 90, 90.1].map(budgetLevel)).toEqual(['ok', 'warn', 'warn', 'bad']);
  });
});

describe('the start of a day', () => {
  it('is midnight in the zone, not in UTC', () => {
    const now = Date.parse('2026-11-21T04:00:00Z');
    expect(startOfDay(now, 'Europe/Berlin', 0)).toBe('2026-11-20T23:00:00.000Z');
    expect(startOfDay(now, 'America/Los_Angeles', 0)).toBe('2026-11-20T08:00:00.000Z');
    expect(startOfDay(now, 'Asia/Kolkata', 0)).toBe('2026-11-20T18:30:00.000Z');
  });

  it('follows the offset of that day across a change of summer time', () => {
    const now = Date.parse('2026-03-29T12:00:00Z');
    expect(startOfDay(now, 'Europe/Berlin', 0)).toBe('2026-03-28T23:00:00.000Z');
    expect(startOfDay(Date.parse('2026-11-21T04:00:00Z'), 'Europe/Berlin', 30)).toBe(
      '2026-10-21T22:00:00.000Z',
    );
  });
});
