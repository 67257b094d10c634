/**
 * UUIDv7 from the database's clock: ids of one gateway are in order of time, so that new rows lie together in
 * the index. The random part comes from a pool, for one system call per request would cost more than the rest.
 */
import { randomFillSync } from 'node:crypto';

/** Random bytes of one id. */
const RANDOM_BYTES = 10;
const POOL_BYTES = RANDOM_BYTES * 400;

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;
let lastMs = -1;
let lastPrefix = '';

/** A new request id for an instant, ms since 1970. */
export function requestId(atMs: number): string {
  if (used + RANDOM_BYTES > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const ms = Math.floor(atMs);
  if (ms !== lastMs) {
    const hex = ms.toString(16).padStart(12, '0');
    lastPrefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
    lastMs = ms;
  }
  const at = used;
  used += RANDOM_BYTES;
  return (
    lastPrefix +
    hexAt(at).slice(1) +
    hexAt(at + 1) +
    '-' +
    (HEX[0x80 | (byteAt(at + 2) & 0x3f)] ?? '') +
    hexAt(at + 3) +
    '-' +
    hexAt(at + 4) +
    hexAt(at + 5) +
    hexAt(at + 6) +
    hexAt(at + 7) +
    hexAt(at + 8) +
    hexAt(at + 9)
  );
}

function byteAt(index: number): number {
  return pool[index] ?? 0;
}

function hexAt(index: number): string {
  return HEX[byteAt(index)] ?? '';
}
