import type { FinishReason } from '../conversation/answer-event.js';

/** Why a candidate ended, in Gemini's words and in the neutral ones. */

const TO_GEMINI: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  // Gemini has no word for it: the calls themselves say so.
  tool_calls: 'STOP',
  content_filter: 'SAFETY',
  refusal: 'SAFETY',
  pause: 'OTHER',
};

/** Gemini's word for a neutral reason. */
export function geminiFinishReason(reason: FinishReason): string {
  return TO_GEMINI[reason];
}

const FILTERED: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);
const CUT: ReadonlySet<string> = new Set(['MAX_TOKENS', 'CONTINUATION']);

/**
 * The neutral word for Gemini's reason. What names no filter and no bound (OTHER, MALFORMED_FUNCTION_CALL, whatever
 * comes later) is an end like any other: no dialect has a word for it.
 */
export function neutralFinishReason(reason: string, hasCalls: boolean): FinishReason {
  if (FILTERED.has(reason)) return 'content_filter';
  if (CUT.has(reason)) return 'length';
  return hasCalls ? 'tool_calls' : 'stop';
}
