/**
 * CSV as RFC 4180 has it: CRLF, a cell with a comma, quote or line break in quotes. Text that a spreadsheet would run
 * as a formula gets a leading apostrophe (OWASP "CSV injection"); numbers never do, so that a sum stays a sum.
 */

/** First characters that spreadsheets read as the start of a formula. */
const FORMULA = /^[=+\-@\t\r\0]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** What a cell may hold. */
export type CsvValue = string | number | boolean | null;

/** A cell of free text: safe to open in a spreadsheet. */
export function textCell(value: CsvValue): string {
  if (value === null) return '';
  const text = String(value);
  return quoted(FORMULA.test(text) ? `'${text}` : text);
}

/** A cell of a number, time, id or flag, as it is. */
export function valueCell(value: CsvValue): string {
  return value === null ? '' : quoted(String(value));
}

/** One line with its end. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`;
}

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
