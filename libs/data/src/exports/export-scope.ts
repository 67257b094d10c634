import { requestConditions, type RequestFilters } from '../requests/request-conditions.js';
import type { ExportScope } from './export-source.js';

/** What an export was asked for, as `export_file.scope` keeps it. */
export interface StoredScope {
  readonly account: string;
  readonly reader: string;
  readonly filters: RequestFilters;
  readonly currency: string;
  readonly timeZone: string;
  readonly byteOrderMark: boolean;
}

/** The statement's side of a stored scope. */
export function scopeOf(stored: StoredScope): ExportScope {
  const { account, reader, filters, currency, timeZone } = stored;
  return { conditions: requestConditions(filters, account), reader, currency, timeZone };
}
