import {
  explainCost,
  FocusReport,
  priceForTier,
  usageFile,
  type Price,
  type UsageFormat,
} from '@weir/domain';
import { factor, nano } from '@weir/units';
import { loadPriceVersions } from '../requests/price-versions.js';
import { scopeOf, type StoredScope } from './export-scope.js';
import {
  exportReceipts,
  exportRecords,
  type ExportPool,
  type ReceiptRecord,
} from './export-source.js';

/** Formats that are written from rows; a report for people is not among them. */
export type TextFormat = UsageFormat | 'focus';

/** What of an export is written, and how far it is. */
export interface ExportPiece {
  readonly text: string;
  /** Requests read so far. */
  readonly rowsDone: number;
}

/** An export's text in pieces of about one batch: joined they are the file. */
export function exportText(
  pool: ExportPool,
  stored: StoredScope,
  format: TextFormat,
): AsyncGenerator<ExportPiece> {
  return format === 'focus' ? focusText(pool, stored) : usageText(pool, stored, format);
}

async function* usageText(
  pool: ExportPool,
  stored: StoredScope,
  format: UsageFormat,
): AsyncGenerator<ExportPiece> {
  const file = usageFile(format, stored.byteOrderMark);
  let rowsDone = 0;
  yield { text: file.begin(), rowsDone };
  for await (const records of exportRecords(pool, scopeOf(stored))) {
    rowsDone += records.length;
    yield { text: file.rows(records), rowsDone };
  }
  yield { text: file.end(), rowsDone };
}

/** Nothing can be written before all is read: a row of FOCUS sums a day. */
async function* focusText(pool: ExportPool, stored: StoredScope): AsyncGenerator<ExportPiece> {
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM account WHERE id = $1', [
    stored.account,
  ]);
  const report = new FocusReport({
    id: stored.account,
    name: rows[0]?.name ?? '',
    currency: stored.currency,
  });
  const prices = new Map<string, Price>();
  let rowsDone = 0;
  for await (const records of exportReceipts(pool, scopeOf(stored))) {
    await learnPrices(pool, prices, records);
    for (const record of records) addReceipt(report, prices, record);
    rowsDone += records.length;
    yield { text: '', rowsDone };
  }
  for (const text of report.lines()) yield { text, rowsDone };
}

async function learnPrices(
  pool: ExportPool,
  prices: Map<string, Price>,
  records: readonly ReceiptRecord[],
): Promise<void> {
  const unknown = new Set<string>();
  for (const { price_version: version } of records) {
    if (version !== null && !prices.has(version)) unknown.add(version);
  }
  const loaded = await loadPriceVersions(
    async <T extends object>(sql: string, values: readonly (readonly string[])[]) =>
      (await pool.query<T>(sql, [...values])).rows,
    [...unknown],
  );
  for (const [version, price] of loaded) prices.set(version, price);
}

function addReceipt(
  report: FocusReport,
  prices: ReadonlyMap<string, Price>,
  record: ReceiptRecord,
): void {
  const listed = record.price_version === null ? undefined : prices.get(record.price_version);
  const price = listed === undefined ? null : priceForTier(listed, factor(record.price_factor));
  const usage = {
    input: record.input_tokens,
    cacheRead: record.cache_read_tokens,
    cacheWrite5m: record.cache_write_5m_tokens,
    cacheWrite1h: record.cache_write_1h_tokens,
    output: record.output_tokens,
    reasoning: 0,
  };
  for (const line of explainCost(usage, price, nano(BigInt(record.cost_nano)))) {
    report.add({
      day: record.day,
      keyId: record.key,
      keyName: record.key_name,
      model: record.model,
      provider: record.provider,
      region: record.region,
      template: record.template,
      priceVersion: record.price_version ?? '',
      tokenClass: line.class,
      tokens: line.tokens,
      costNano: line.costNano,
    });
  }
}
