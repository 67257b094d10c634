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
 * of text, which is what the client got (or what was drained for it). `prompt` is what the provider told of the input
 * when it began; null = the input is counted too.
 */
export function countUsage(
  x: Exchange,
  produced: string,
  coveredBytes: number,
  prompt: Usage | null,
): CountedUsage | Promise<CountedUsage> {
  const covered = prefixByBytes(produced, coveredBytes);
  const input = prompt ?? inputOf(x);
  const output = countTokens(covered);
  const surplus = covered.length === produced.length ? 0 : countTokens(produced);
  if (!isPromise(input) && typeof output === 'number' && typeof surplus === 'number') {
    return counted(input, output, surplus);
  }
  return Promise.all([input, output, surplus]).then(([i, o, s]) => counted(i, o, s));
}

function inputOf(x: Exchange): Usage | Promise<Usage> {
  const tokens = x.countInput();
  return typeof tokens === 'number'
    ? { ...NO_USAGE, input: tokens }
    : tokens.then((input) => ({ ...NO_USAGE, input }));
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise;
}

function counted(prompt: Usage, output: number, produced: number): CountedUsage {
  return { usage: { ...prompt, output }, surplusTokens: Math.max(0, produced - output) };
}

/** The longest prefix of whole characters within so many UTF-8 bytes. */
export function prefixByBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let end = Math.max(0, bytes);
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end);
}
