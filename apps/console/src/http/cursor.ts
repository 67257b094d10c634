import type { z } from 'zod';
import { invalidField } from './api-error.js';

/**
 * Keyset cursors: the sort key of the last row, JSON in base64url. Not secret and not signed, for the tenant is
 * never taken from it; only its form is checked.
 */
export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** The key of a cursor, or null for the first page. A cursor of another form is refused. */
export function decodeCursor<S extends z.ZodType>(
  cursor: string | undefined,
  schema: S,
): z.infer<S> | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    // Truncated, edited or of another list: the caller has to start over.
    throw invalidField('cursor', 'Pass next_cursor of the page before, unchanged.');
  }
}

/** Cuts the look-ahead row off and names the next page by the last row kept. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => readonly (string | number)[],
  view: (row: R) => T,
): { items: T[]; next_cursor: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    items: kept.map(view),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}
