import { Injectable } from '@nestjs/common';
import type { UsageQuery } from '@weir/contracts';
import { Database, type SqlValue } from '../database/database.js';
import type { InstantRange } from '../requests/request-filters.js';
import { REFUSAL_CODES, statusesOfClass } from './counting.js';

/** Sums over rollups. Counts are bigint text, money is decimal text. */
export interface MeasureRow {
  readonly requests: string;
  readonly successful_requests: string;
  readonly input_tokens: string;
  readonly output_tokens: string;
  readonly cache_read_tokens: string;
  readonly cache_write_5m_tokens: string;
  readonly cache_write_1h_tokens: string;
  readonly reasoning_tokens: string;
  readonly effective_tokens: string;
  readonly cost: string;
}

/** $2: refusals, which never reached a provider and count nowhere (decisions §12). */
const MEASURES = `
  coalesce(sum(r.requests) FILTER (WHERE r.status <> ALL ($2)), 0) AS requests,
  coalesce(sum(r.requests) FILTER (WHERE r.status = 'ok'), 0) AS successful_requests,
  coalesce(sum(r.input_tokens), 0) AS input_tokens, coalesce(sum(r.output_tokens), 0) AS output_tokens,
  coalesce(sum(r.cache_read_tokens), 0) AS cache_read_tokens,
  coalesce(sum(r.cache_write_5m_tokens), 0) AS cache_write_5m_tokens,
  coalesce(sum(r.cache_write_1h_tokens), 0) AS cache_write_1h_tokens,
  coalesce(sum(r.reasoning_tokens), 0) AS reasoning_tokens, coalesce(sum(r.tokens), 0) AS effective_tokens,
  nano_text(coalesce(sum(r.cost_nano), 0)::bigint) AS cost`;

/** Sums over the 15-minute rollups of one account: small, exact for every zone. */
@Injectable()
export class UsageRepository {
  constructor(private readonly database: Database) {}

  async summary(accountId: string, range: InstantRange, filters: UsageQuery): Promise<MeasureRow> {
    const { where, values } = conditions(accountId, range, filters);
    const row = await this.database.one<MeasureRow>(
      `SELECT ${MEASURES} FROM usage_rollup r WHERE ${where}`,
      values,
    );
    if (!row) throw new Error('A sum without groups always has a row.');
    return row;
  }

  /** Every day of the range in the zone, empty ones included. */
  daily(
    accountId: string,
    range: InstantRange,
    filters: UsageQuery,
    zone: string,
  ): Promise<(MeasureRow & { date: string })[]> {
    const { where, values } = conditions(accountId, range, filters);
    const zoneAt = `$${values.length + 1}`;
    return this.database.many(
      `WITH days AS (
         SELECT d::date AS day FROM generate_series(($3::timestamptz AT TIME ZONE ${zoneAt}::text)::date::timestamp,
           (($4::timestamptz - interval '1 microsecond') AT TIME ZONE ${zoneAt}::text)::date::timestamp, interval '1 day') AS d)
       SELECT to_char(days.day, 'YYYY-MM-DD') AS date, ${MEASURES}
         FROM days LEFT JOIN usage_rollup r ON (r.bucket AT TIME ZONE ${zoneAt}::text)::date = days.day AND ${where}
        GROUP BY days.day ORDER BY days.day`,
      [...values, zone],
    );
  }

  byModel(
    accountId: string,
    range: InstantRange,
    filters: UsageQuery,
  ): Promise<(MeasureRow & { model: string })[]> {
    const { where, values } = conditions(accountId, range, filters);
    return this.database.many(
      `SELECT r.model, ${MEASURES} FROM usage_rollup r WHERE ${where} AND r.status <> ALL ($2)
        GROUP BY r.model ORDER BY sum(r.cost_nano) DESC, r.model LIMIT 1000`,
      values,
    );
  }

  byKey(
    accountId: string,
    range: InstantRange,
    filters: UsageQuery,
  ): Promise<(MeasureRow & { key: string; label: string | null; prefix: string | null })[]> {
    const { where, values } = conditions(accountId, range, filters);
    return this.database.many(
      `SELECT r.key, k.label, k.prefix, ${MEASURES} FROM usage_rollup r LEFT JOIN api_key k ON k.id = r.key
        WHERE ${where} GROUP BY r.key, k.label, k.prefix ORDER BY sum(r.cost_nano) DESC, r.key LIMIT 1000`,
      values,
    );
  }
}

/** The shared filters as conditions on `usage_rollup r`. $1 account, $2 refusals, $3 and $4 the range. */
function conditions(
  accountId: string,
  range: InstantRange,
  filters: UsageQuery,
): { where: string; values: SqlValue[] } {
  const values: SqlValue[] = [accountId, REFUSAL_CODES, range.from, range.to];
  const sql = [
    'r.account = $1',
    `r.bucket >= date_bin('15 minutes', $3::timestamptz, timestamptz '2000-01-01 00:00Z')`,
    'r.bucket < $4::timestamptz',
  ];
  const add = (condition: (parameter: string) => string, value: SqlValue): void => {
    values.push(value);
    sql.push(condition(`$${values.length}`));
  };
  if (filters.model !== undefined) add((p) => `r.model = ${p}`, filters.model);
  if (filters.provider !== undefined) add((p) => `r.provider = ${p}`, filters.provider);
  if (filters.endpoint !== undefined) add((p) => `r.endpoint = ${p}`, filters.endpoint);
  if (filters.mode !== undefined) add((p) => `r.mode = ${p}`, filters.mode);
  if (filters.key !== undefined) add((p) => `r.key::text = ${p}`, filters.key.toLowerCase());
  if (filters.status === 'error') sql.push(`r.status <> 'ok'`);
  else if (filters.status !== undefined && /^[1-5]xx$/.test(filters.status))
    add((p) => `r.status = ANY (${p})`, statusesOfClass(filters.status));
  else if (filters.status !== undefined) add((p) => `r.status = ${p}`, filters.status);
  return { where: sql.join(' AND '), values };
}
