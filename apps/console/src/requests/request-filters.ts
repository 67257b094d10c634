import type { RequestsQuery } from '@weir/contracts';
import type { SqlValue } from '../database/database.js';
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

/** Conditions with their values; every value is a parameter. */
export interface Conditions {
  readonly sql: string[];
  readonly values: SqlValue[];
}

/** The filters of GET /api/requests as conditions on `request q`. `account` null = all accounts (operators). */
export function requestConditions(query: RequestsQuery, account: string | null): Conditions {
  const range = rangeOf(query, CONSOLE_LIMITS.rowListDaysMax, CONSOLE_LIMITS.rowListDaysMax);
  const { sql, values } = { sql: [] as string[], values: [] as SqlValue[] };
  const add = (condition: (parameter: string) => string, value: SqlValue): void => {
    values.push(value);
    sql.push(condition(`$${values.length}`));
  };
  if (account !== null) add((p) => `q.account = ${p}`, account);
  add((p) => `q.accepted_at >= ${p}`, range.from);
  add((p) => `q.accepted_at < ${p}`, range.to);
  sql.push('q.parent IS NULL');
  if (query.model !== undefined) add((p) => `q.model = ${p}`, query.model);
  if (query.endpoint !== undefined) add((p) => `q.endpoint = ${p}`, query.endpoint);
  if (query.mode !== undefined) add((p) => `q.mode = ${p}`, query.mode);
  if (query.provider !== undefined) add((p) => `q.provider = ${p}`, query.provider);
  if (query.key !== undefined) add((p) => `q.key::text = ${p}`, query.key.toLowerCase());
  if (query.status !== undefined) addStatus(query.status, sql, add);
  if (query.q !== undefined)
    add(
      (p) =>
        `(q.model ILIKE ${p} OR q.requested_model ILIKE ${p} OR q.provider ILIKE ${p} OR q.status ILIKE ${p}
          OR q.correlation_id ILIKE ${p} OR q.id::text ILIKE ${p} OR q.user_agent ILIKE ${p})`,
      `%${escapeLike(query.q.replace(/^gen_/, ''))}%`,
    );
  return { sql, values };
}

function addStatus(
  status: string,
  sql: string[],
  add: (condition: (parameter: string) => string, value: SqlValue) => void,
): void {
  if (status === 'error') sql.push(`q.status <> 'ok'`);
  else if (/^[1-5]xx$/.test(status))
    add((p) => `q.http_status / 100 = ${p}::int`, Number(status[0]));
  else if (/^\d{3}$/.test(status)) add((p) => `q.http_status = ${p}::int`, Number(status));
  else add((p) => `q.status = ${p}`, status);
}

/** Text that LIKE takes literally. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (c) => `\\${c}`);
