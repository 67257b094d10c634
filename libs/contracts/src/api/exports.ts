import { z } from 'zod';
import { instant } from './shapes.js';
import { usageFilters } from './requests.js';

/** Formats of GET /api/usage/export. */
export const exportFormat = z.enum(['csv', 'json', 'ndjson', 'focus']);
export type ExportFormat = z.infer<typeof exportFormat>;

/** GET /api/usage/export: the filters of every usage view, and how the file is written. */
export const exportQuery = z.strictObject({
  ...usageFilters,
  format: exportFormat,
  /** IANA zone of the column `timestamp_local` and of the report's days. */
  tz: z.string().max(64).default('UTC'),
  /** CSV: begin with a byte order mark. */
  bom: z.enum(['0', '1']).default('0'),
});
export type ExportQuery = z.infer<typeof exportQuery>;

/** An export that is made in the background, because it is long. */
export const exportView = z.object({
  id: z.uuid(),
  format: exportFormat,
  file_name: z.string(),
  state: z.enum(['waiting', 'running', 'ready', 'failed']),
  rows: z.number().int(),
  rows_done: z.number().int(),
  bytes: z.number().int(),
  created_at: instant,
  /** When the file is deleted; null while it is not ready. */
  expires_at: instant.nullable(),
});
export type ExportView = z.infer<typeof exportView>;
export const exportList = z.object({ items: z.array(exportView) });
