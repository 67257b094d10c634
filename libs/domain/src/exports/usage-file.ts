import { csvLine, textCell, valueCell } from './csv.js';
import { USAGE_COLUMNS, type UsageRecord } from './usage-record.js';

/** Formats of one row per request. */
export type UsageFormat = 'csv' | 'json' | 'ndjson';

/** Writes a file of requests piece by piece; pieces joined are the file. */
export interface UsageFile {
  /** What comes before the first row. */
  begin(): string;
  rows(records: readonly UsageRecord[]): string;
  /** What comes after the last row. */
  end(): string;
}

/** A file in a format. `byteOrderMark` is for spreadsheets that take UTF-8 for something else; CSV only. */
export function usageFile(format: UsageFormat, byteOrderMark = false): UsageFile {
  switch (format) {
    case 'csv':
      return csvFile(byteOrderMark);
    case 'json':
      return jsonFile();
    case 'ndjson':
      return {
        begin: () => '',
        rows: (records) => records.map((record) => `${JSON.stringify(record)}\n`).join(''),
        end: () => '',
      };
  }
}

function csvFile(byteOrderMark: boolean): UsageFile {
  const header = csvLine(USAGE_COLUMNS.map(([name]) => name));
  return {
    begin: () => (byteOrderMark ? `\uFEFF${header}` : header),
    rows: (records) =>
      records
        .map((record) =>
          csvLine(
            USAGE_COLUMNS.map(([name, kind]) =>
              kind === 'text' ? textCell(record[name]) : valueCell(record[name]),
            ),
          ),
        )
        .join(''),
    end: () => '',
  };
}

function jsonFile(): UsageFile {
  let isFirst = true;
  return {
    begin: () => '[',
    rows: (records) => {
      let text = '';
      for (const record of records) {
        text += `${isFirst ? '\n' : ',\n'}${JSON.stringify(record)}`;
        isFirst = false;
      }
      return text;
    },
    end: () => (isFirst ? ']\n' : '\n]\n'),
  };
}
