/**
 * One journal record on disk: u32 length · u32 crc32 · JSON, little endian. The writer never changes bytes
 * that are written, so whatever a crash leaves is a prefix: readable records, then at most one torn one.
 * A record that is damaged with readable ones behind it means a bad disk, not a crash, and is reported.
 */
import { crc32 } from 'node:zlib';

/** Bytes before a record's JSON. */
export const RECORD_HEADER_BYTES = 8;

/** Longest JSON text of one record, bytes: 20 candidates and a full trace stay far below. */
export const RECORD_BYTES_MAX = 512 * 1024;

const OPENING_BRACE = 0x7b;

/** Most bytes that a record of this text may take (UTF-8 needs at most 3 per UTF-16 unit). */
export function recordBytesMax(text: string): number {
  return RECORD_HEADER_BYTES + text.length * 3;
}

/** Writes one record at `offset`; the caller made sure of `recordBytesMax`. Answers the bytes it took. */
export function encodeRecord(target: Buffer, offset: number, text: string): number {
  const start = offset + RECORD_HEADER_BYTES;
  const length = target.write(text, start);
  target.writeUInt32LE(length, offset);
  target.writeUInt32LE(crc32(target.subarray(start, start + length)), offset + 4);
  return RECORD_HEADER_BYTES + length;
}

/** What a segment holds. */
export interface SegmentContent {
  /** JSON texts in the order written. */
  readonly texts: string[];
  /** `torn`: unreadable bytes after the last record; `damaged`: unreadable bytes with records behind them. */
  readonly state: 'whole' | 'torn' | 'damaged';
}

/** Reads all records of a segment, stepping over damaged ones. */
export function decodeRecords(bytes: Buffer): SegmentContent {
  const texts: string[] = [];
  let state: SegmentContent['state'] = 'whole';
  let offset = 0;
  while (offset < bytes.length) {
    const end = recordEnd(bytes, offset);
    if (end > 0) {
      texts.push(bytes.toString('utf8', offset + RECORD_HEADER_BYTES, end));
      offset = end;
      continue;
    }
    const next = nextRecord(bytes, offset + 1);
    if (next < 0) return { texts, state: state === 'whole' ? 'torn' : state };
    state = 'damaged';
    offset = next;
  }
  return { texts, state };
}

/** Where the record at `offset` ends, or -1 when there is no whole and sound one. */
function recordEnd(bytes: Buffer, offset: number): number {
  const start = offset + RECORD_HEADER_BYTES;
  if (start >= bytes.length || bytes[start] !== OPENING_BRACE) return -1;
  const length = bytes.readUInt32LE(offset);
  const end = start + length;
  if (length < 2 || length > RECORD_BYTES_MAX || end > bytes.length) return -1;
  return crc32(bytes.subarray(start, end)) === bytes.readUInt32LE(offset + 4) ? end : -1;
}

function nextRecord(bytes: Buffer, from: number): number {
  for (let offset = from; offset + RECORD_HEADER_BYTES < bytes.length; offset += 1) {
    if (recordEnd(bytes, offset) > 0) return offset;
  }
  return -1;
}
