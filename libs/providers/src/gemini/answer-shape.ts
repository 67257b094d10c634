import { readProviderError } from '../openai/provider-error.js';
import type { ProviderError } from '../openai/provider-error.js';
import { asRecord } from '../openai/usage.js';
import type { Json } from './members.js';

/** What one answer and one chunk of a stream have in common: they are the same message. */

/** The candidates of an answer or chunk. */
export function candidatesOf(answer: Json | null): readonly Json[] {
  return recordsOf(answer?.['candidates']);
}

/** The parts of a candidate's content. */
export function partsOf(candidate: Json): readonly Json[] {
  return recordsOf(asRecord(candidate['content'])?.['parts']);
}

/** What the model wrote in a part: words, thoughts, a call's name and arguments, code. Empty for media. */
export function writtenIn(part: Json): string {
  const { text } = part;
  if (typeof text === 'string') return text;
  const call = asRecord(part['functionCall']);
  if (call !== null) return `${stringOf(call['name']) ?? ''}${argumentsOf(call)}`;
  return stringOf(asRecord(part['executableCode'])?.['code']) ?? '';
}

/** A call's arguments as JSON text; none are an empty object. */
export function argumentsOf(call: Json): string {
  return JSON.stringify(call['args'] ?? {});
}

/** Bytes of the base64 text of a generated picture or recording; 0 = the part is none. */
export function mediaBytesOf(part: Json): number {
  return stringOf(asRecord(part['inlineData'])?.['data'])?.length ?? 0;
}

/** Why a prompt was refused before anything was produced, or null. */
export function blockReasonOf(answer: Json | null): string | null {
  return stringOf(asRecord(answer?.['promptFeedback'])?.['blockReason']);
}

/** The last reason a candidate gave for its end, or that of a refused prompt; null = it goes on. */
export function finishReasonOf(answer: Json | null): string | null {
  let reason = blockReasonOf(answer);
  for (const candidate of candidatesOf(answer)) {
    reason = stringOf(candidate['finishReason']) ?? reason;
  }
  return reason;
}

/** Reads Google's `error` object: its `status` is what others call the type. */
export function readGeminiError(value: unknown): ProviderError | null {
  const error = asRecord(value);
  return readProviderError(error === null ? value : { ...error, type: error['status'] });
}

/** A string of 1 to 300 characters, or null. */
export function nameOf(value: unknown): string | null {
  const name = stringOf(value);
  return name === '' ? null : (name?.slice(0, NAME_CHARS_MAX) ?? null);
}

const NAME_CHARS_MAX = 300;

/** The value where it is a string, else null. */
export function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function recordsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(asRecord).filter((item) => item !== null) : [];
}
