/**
 * Periods are part of an allowance's key, so nothing has to be reset at midnight: a new day is a new row. All in UTC;
 * the period is named by the instant the request was accepted, on the database's clock.
 */
import type { AllowanceKind } from '../allowances/kind.js';
import { SPEND_DAY, SPEND_MONTH, TOKENS_DAY, TOKENS_MONTH } from '../allowances/kind.js';

/** The first day of a period as `YYYY-MM-DD`. */
export type Period = string;

/** How long a period of an allowance lasts. */
export type PeriodLength = 'day' | 'month' | 'ever';

/** The one period of allowances that never reset. */
export const EVER: Period = '1970-01-01';

/** Milliseconds in a UTC day. */
export const DAY_MS = 86_400_000;

/** How long the periods of a kind last. */
export function periodLength(kind: AllowanceKind): PeriodLength {
  if (kind === TOKENS_DAY || kind === SPEND_DAY) return 'day';
  if (kind === TOKENS_MONTH || kind === SPEND_MONTH) return 'month';
  return 'ever';
}

/** The period of a kind that an instant (ms since 1970, UTC) falls into. */
export function periodOf(kind: AllowanceKind, acceptedAtMs: number): Period {
  switch (periodLength(kind)) {
    case 'day':
      return dayOf(acceptedAtMs);
    case 'month':
      return monthOf(acceptedAtMs);
    case 'ever':
      return EVER;
  }
}

/** The UTC day of an instant. */
export function dayOf(instantMs: number): Period {
  return new Date(instantMs).toISOString().slice(0, 10);
}

/** The first day of the UTC month of an instant. */
export function monthOf(instantMs: number): Period {
  return `${new Date(instantMs).toISOString().slice(0, 7)}-01`;
}

/** The instant (ms since 1970) at which a kind's running period ends; null for kinds without a reset. */
export function nextResetMs(kind: AllowanceKind, nowMs: number): number | null {
  switch (periodLength(kind)) {
    case 'day':
      return nextDayMs(nowMs);
    case 'month':
      return nextMonthMs(nowMs);
    case 'ever':
      return null;
  }
}

/** The next UTC midnight after an instant, ms since 1970. At midnight itself: the following one. */
export function nextDayMs(nowMs: number): number {
  return (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
}

/** The next first of a month 00:00 UTC after an instant, ms since 1970. */
export function nextMonthMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
}
