import { expect, it } from 'vitest';
import { alertNotification, periodEnd } from './alert-notification.js';

const ID = '01900000-0000-7000-8000-000000000002';
const alert = {
  v: 1,
  account: ID,
  kind: 1,
  period: '2026-02-28',
  threshold: 85,
  cap: '1000',
} as const;

it('says which limit is how far used, what remains and when it resets', () => {
  const notification = alertNotification(ID, alert, 851n);
  expect(notification.title).toBe('Budget Warning: Daily limit 85% exhausted');
  expect(notification.body).toBe(
    '851 of 1000 tokens are used, 149 remain. It resets at 2026-03-01T00:00:00.000Z.',
  );
  expect(notification.dedupe).toBe('budget:1:2026-02-28:85:1000');
});

it('never says that less than nothing remains', () => {
  const over = alertNotification(ID, { ...alert, kind: 3, threshold: 100 }, 1200n);
  expect(over.title).toBe('Budget Warning: Total limit 120% exhausted');
  expect(over.body).toBe('1200 of 1000 tokens are used, 0 remain. It does not reset.');
});

it('ends a month at the first of the next', () => {
  expect(periodEnd(2, '2026-12-01')).toBe('2027-01-01T00:00:00.000Z');
  expect(periodEnd(3, '1970-01-01')).toBeNull();
});
