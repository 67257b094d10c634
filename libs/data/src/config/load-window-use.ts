import { callDatabase } from '../money/database-call.js';
import type { Database } from '../money/database-call.js';

/** Which requests of a key to count. */
export interface WindowUseInput {
  readonly key: string;
  /** Requests accepted from here on, ms since 1970. */
  readonly sinceMs: number;
  /** Of more requests only the newest so many: a window with this limit is full by then. */
  readonly max: number;
}

/** The index (key, accepted_at DESC) serves it newest first, so that it reads no further than `max` rows that count. */
const WINDOW_USE = `
SELECT floor(extract(epoch FROM accepted_at) / 60)::float8 AS bucket, count(*)::int AS amount
FROM (SELECT accepted_at FROM request WHERE key = $1 AND accepted_at >= to_timestamp($2::float8 / 1000) AND attempts > 0
  ORDER BY accepted_at DESC LIMIT $3) newest GROUP BY 1`;

/**
 * How many requests of a key went upstream in each minute of 1970: what its rolling windows are rebuilt from.
 * Refused requests have no attempt and do not count.
 */
export function loadWindowUse(
  database: Database,
  { key, sinceMs, max }: WindowUseInput,
): Promise<{ bucket: number; amount: number }[]> {
  return callDatabase<{ bucket: number; amount: number }>(database, {
    name: 'window-use',
    text: WINDOW_USE,
    values: [key, sinceMs, max],
  });
}
