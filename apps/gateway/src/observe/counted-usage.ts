import { NO_USAGE, type Usage } from '@weir/domain';
import type { Exchange } from '../request/exchange.js';
import { countTokens } from './token-counter.js';

/** What our tokenizer made of a stream. */
export interface CountedUsage {
  readonly usage: Usage;
  /** Output tokens produced beyond what was covered. */
  readonly surplusTokens: number;
}

/**
 * Counts a stream whose provider reported nothing: its input, and of its output the first `coveredBytes` bytes
 * of text, which is what the client got (or what was drained for it).
 */
export function countUsage(
  x: Exchange,
  produced: string,
  coveredBytes: number,
): CountedUsage | Promise<CountedUsage> {
  const covered = prefixByBytes(produced, coveredBytes);
  const input = x.countInput();
  const output = countTokens(covered);
  const surplus = covered.length === produced.length ? 0 : countTokens(produced);
  if (typeof input === 'number' && typeof output === 'number' && typeof surplus === 'number') {
    return counted(input, output, surplus);
  }
  return Promise.all([input, output, surplus]).then(([i, o, s]) => counted(i, o, s));
}

function counted(input: number, output: number, produced: number): CountedUsage {
  return { usage: { ...NO_USAGE, input, output }, surplusTokens: Math.max(0, produced - output) };
}

/** The longest prefix of whole characters within so many UTF-8 bytes. */
export function prefixByBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let end = Math.max(0, bytes);
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end);
}
