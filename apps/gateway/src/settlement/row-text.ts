import type { SettleRow } from '@weir/contracts';

/**
 * A settlement row as JSON text, made once at a request's end: the journal writes it, the queue carries it, and
 * until PostgreSQL confirms it memory keeps it. Thousands may wait; as objects they would be copied and marked by
 * the garbage collector again and again, a text is one block of bytes.
 */
export type RowText = string & { readonly [rowText]: SettleRow };

declare const rowText: unique symbol;

/** The text of a row. */
export function writeRow(row: SettleRow): RowText {
  return JSON.stringify(row) as RowText;
}

/** The row again. */
export function parseRow(text: RowText): SettleRow {
  return JSON.parse(text) as SettleRow;
}
