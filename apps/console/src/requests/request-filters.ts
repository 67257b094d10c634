import type { RequestsQuery } from '@weir/contracts';
import { requestConditions, type RequestConditions } from '@weir/data';
import { invalidField } from '../http/api-error.js';
import { CONSOLE_LIMITS } from '../limits.js';

const DAY_MS = 86_400_000;

/** A range of instants, ISO text; `to` is exclusive. */
export interface InstantRange {
  readonly from: string;
  readonly to: string;
}

/** Fills in what was left out and refuses ranges that would scan too much (E-Q2). */
export function rangeOf(
  query: { from?: string | undefined; to?: string | undefined },
  daysMax: number,
  defaultDays: number,
  nowMs: number = Date.now(),
): InstantRange {
  // A minute ahead, so that a row accepted while this is read is still inside.
  const toMs = query.to === undefined ? nowMs + 60_000 : Date.parse(query.to);
  const fromMs = query.from === undefined ? toMs - defaultDays * DAY_MS : Date.parse(query.from);
  if (fromMs > toMs) throw invalidField('from', 'Choose an instant before `to`.');
  if (toMs - fromMs > daysMax * DAY_MS + 120_000)
    throw invalidField('from', `Choose a range of at most ${daysMax} days.`);
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

/** The filters of GET /api/requests as conditions on `request q`. `account` null = all accounts (operators). */
export function listConditions(query: RequestsQuery, account: string | null): RequestConditions {
  const range = rangeOf(query, CONSOLE_LIMITS.rowListDaysMax, CONSOLE_LIMITS.rowListDaysMax);
  return requestConditions({ ...query, ...range }, account);
}
