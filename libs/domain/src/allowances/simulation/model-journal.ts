/** A journal on a disk that survives its process: segments of records; the last record of a request wins. */
import type { SettleRow } from './model-database.js';

export interface JournalRecord {
  readonly what: 'begin' | 'progress' | 'end' | 'void';
  readonly row: SettleRow;
}

interface Segment {
  readonly records: JournalRecord[];
  readonly unconfirmed: Set<number>;
}

const SEGMENT_RECORDS = 6;

export class ModelJournal {
  #segments: Segment[] = [];

  write(record: JournalRecord): void {
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.records.length >= SEGMENT_RECORDS) segment = this.#begin();
    segment.records.push(record);
    segment.unconfirmed.add(record.row.id);
  }

  has(id: number): boolean {
    return this.#segments.some((segment) => segment.records.some((record) => record.row.id === id));
  }

  /** What recovery settles. */
  rows(): SettleRow[] {
    const last = new Map<number, JournalRecord>();
    for (const segment of this.#segments) {
      for (const record of segment.records) last.set(record.row.id, record);
    }
    return [...last.values()].filter((record) => record.what !== 'void').map(settleRowOf);
  }

  /** A restart never appends to old segments; returns them, to be dropped once they are settled. */
  startAnew(): readonly Segment[] {
    const old = this.#segments.slice();
    this.#begin();
    return old;
  }

  drop(segments: readonly Segment[]): void {
    this.#segments = this.#segments.filter((segment) => !segments.includes(segment));
  }

  /** The request is confirmed: segments without unconfirmed requests go, except the one being written. */
  confirmed(id: number, wholeSegments: boolean): void {
    const current = this.#segments.at(-1);
    for (const segment of this.#segments) {
      if (!wholeSegments && segment.records.at(-1)?.row.id === id) segment.unconfirmed.clear();
      segment.unconfirmed.delete(id);
    }
    this.#segments = this.#segments.filter(
      (segment) => segment === current || segment.unconfirmed.size > 0,
    );
  }

  #begin(): Segment {
    const segment = { records: [], unconfirmed: new Set<number>() };
    this.#segments.push(segment);
    return segment;
  }
}

/** `end` is exact; `progress` is charged within its holds; `begin` alone costs nothing. */
function settleRowOf(record: JournalRecord): SettleRow {
  const { row, what } = record;
  if (what === 'end') return row;
  if (what === 'begin') return { ...row, source: 'begin', costNano: 0n, tokens: 0n };
  const cost = row.holds[0] ?? 0n;
  const tokens = row.holds[1] ?? 0n;
  return {
    ...row,
    source: 'progress',
    costNano: row.costNano < cost ? row.costNano : cost,
    tokens: tokens > 0n && row.tokens > tokens ? tokens : row.tokens,
  };
}
