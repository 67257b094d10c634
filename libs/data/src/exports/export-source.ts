/**
 * Reads requests for an export: batches of 1,000 through a cursor of one snapshot, so that the file is the truth of
 * one instant however long it takes, in constant memory. One connection per export, held until its end.
 */
import type pg from 'pg';
import type { UsageRecord } from '@weir/domain';
import type { RequestConditions } from '../requests/request-conditions.js';

/** Rows read at once (TU-8). */
export const EXPORT_BATCH_ROWS = 1_000;
/** A batch that takes longer than this, ms, is given up: the pool has others to serve. */
const BATCH_MS = 20_000;

/** Where exports take their connections from. */
export type ExportPool = Pick<pg.Pool, 'connect' | 'query'>;

/** What is exported, and for whom. */
export interface ExportScope {
  readonly conditions: RequestConditions;
  /** Whose notes go with the rows (E-Z4). */
  readonly reader: string;
  readonly currency: string;
  /** IANA zone of `timestamp_local`. */
  readonly timeZone: string;
}

/** What the rows of a scope amount to. */
export interface ExportTotal {
  readonly rows: number;
  readonly costNano: bigint;
}

/** A request with what its receipt needs, for FOCUS. */
export interface ReceiptRecord {
  /** UTC day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly key: string;
  readonly key_name: string;
  readonly model: string;
  readonly provider: string;
  readonly region: string;
  readonly template: string;
  readonly price_version: string | null;
  /** The account's tier factor of today, ten-thousandths. */
  readonly price_factor: number;
  readonly input_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_5m_tokens: number;
  readonly cache_write_1h_tokens: number;
  readonly output_tokens: number;
  readonly cost_nano: string;
}

const RECEIPT_COLUMNS = `
  to_char(q.accepted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, q.key, coalesce(k.label, '') AS key_name, q.model,
  coalesce(q.provider, '') AS provider, coalesce(q.region, '') AS region, coalesce(q.template, '') AS template,
  q.price_version::text AS price_version,
  (SELECT t.price_factor FROM account a JOIN tier t ON t.id = a.tier WHERE a.id = q.account) AS price_factor,
  coalesce(q.input_tokens, 0) AS input_tokens, coalesce(q.cache_read_tokens, 0) AS cache_read_tokens,
  coalesce(q.cache_write_5m_tokens, 0) AS cache_write_5m_tokens, coalesce(q.cache_write_1h_tokens, 0) AS cache_write_1h_tokens,
  coalesce(q.output_tokens, 0) AS output_tokens, q.cost_nano::text AS cost_nano`;

const RECORD_COLUMNS = (zone: string, currency: string, reader: string): string => `
  iso_text(q.accepted_at) AS timestamp_utc,
  to_char(q.accepted_at AT TIME ZONE ${zone}::text, 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS timestamp_local,
  'gen_' || q.id AS generation_id, q.correlation_id AS request_id, q.endpoint, q.model, q.provider, q.region,
  k.label AS key_name, k.prefix AS key_prefix,
  (SELECT min(u.email) FROM app_user u WHERE u.account = q.account) AS "user",
  q.template, q.mode, q.http_status AS status, nullif(q.status, 'ok') AS error_type,
  prompt_tokens(q) AS prompt_tokens, q.output_tokens AS completion_tokens, q.reasoning_tokens, q.cache_read_tokens,
  q.cache_write_5m_tokens, q.cache_write_1h_tokens,
  CASE WHEN num_nonnulls(prompt_tokens(q), q.output_tokens) > 0
       THEN coalesce(prompt_tokens(q), 0) + coalesce(q.output_tokens, 0) END AS total_tokens,
  nano_text(q.cost_nano) AS cost, ${currency}::text AS currency, NULL::text AS upstream_cost,
  trim_scale(round(q.template_factor::numeric * q.server_factor / 100000000, 8))::text AS cost_factor,
  CASE WHEN q.price_version < 0 THEN 'token-price:' || -q.price_version ELSE q.price_version::text END AS price_version,
  q.latency_ms AS ttft_ms, q.duration_ms, q.streamed, coalesce(q.cache_read_tokens, 0) > 0 AS cached,
  NULL::float8 AS carbon_g, NULL::float8 AS energy_wh, NULL::text AS carbon_method,
  (SELECT n.note FROM usage_note n WHERE n.request = q.id AND n.author = ${reader}::uuid) AS note`;

/** All requests of the scope, newest first. */
export function exportRecords(pool: ExportPool, scope: ExportScope): AsyncGenerator<UsageRecord[]> {
  const { conditions, timeZone, currency, reader } = scope;
  const n = conditions.values.length;
  const columns = RECORD_COLUMNS(`$${n + 1}`, `$${n + 2}`, `$${n + 3}`);
  return batches<UsageRecord>(pool, scope, columns, [timeZone, currency, reader]);
}

/** All requests of the scope with what their receipts need. */
export function exportReceipts(
  pool: ExportPool,
  scope: ExportScope,
): AsyncGenerator<ReceiptRecord[]> {
  return batches<ReceiptRecord>(pool, scope, RECEIPT_COLUMNS, []);
}

/**
 * Rows of one snapshot. The connection goes back to the pool at the end, also when the reader leaves early; after a
 * fault it is closed.
 */
async function* batches<T extends object>(
  pool: ExportPool,
  { conditions }: ExportScope,
  columns: string,
  more: readonly string[],
): AsyncGenerator<T[]> {
  const client = await pool.connect();
  let finished = false;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${BATCH_MS}`);
    await client.query(
      `DECLARE export NO SCROLL CURSOR FOR
       SELECT ${columns} FROM request q LEFT JOIN api_key k ON k.id = q.key
        WHERE ${conditions.sql.join(' AND ')} ORDER BY q.accepted_at DESC, q.id DESC`,
      [...conditions.values, ...more],
    );
    for (;;) {
      const { rows } = await client.query<T>(`FETCH ${EXPORT_BATCH_ROWS} FROM export`);
      if (rows.length > 0) yield rows;
      if (rows.length < EXPORT_BATCH_ROWS) break;
    }
    await client.query('COMMIT');
    finished = true;
  } finally {
    // Whatever cut it short, its transaction must not go back to the pool.
    client.release(!finished);
  }
}

/** Rows and cost of the whole scope. */
export async function exportTotal(pool: ExportPool, scope: ExportScope): Promise<ExportTotal> {
  const { sql, values } = scope.conditions;
  const { rows } = await pool.query<{ n: string; cost: string }>(
    `SELECT count(*) AS n, coalesce(sum(q.cost_nano), 0)::text AS cost FROM request q WHERE ${sql.join(' AND ')}`,
    values,
  );
  return { rows: Number(rows[0]?.n ?? 0), costNano: BigInt(rows[0]?.cost ?? 0) };
}
