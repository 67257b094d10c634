import type { RequestNeeds } from '../dialect/needs.js';
import type { InputMeasure } from './input-measure.js';
import { asRecord } from './usage.js';

/** What a chat request needs of its model; `input` was measured from it. */
export function chatNeeds(
  json: Readonly<Record<string, unknown>>,
  input: InputMeasure,
): RequestNeeds {
  const format = asRecord(json['response_format'])?.['type'];
  return {
    tools: isFilled(json['tools']) || isFilled(json['functions']),
    images: input.images > 0,
    audio: input.audios > 0 || asksForAudio(json['modalities']),
    files: input.files > 0,
    json: format === 'json_object' || format === 'json_schema',
    reasoning: asksForReasoning(json),
  };
}

/** A word (`reasoning_effort`) or OpenRouter's `reasoning` object; `none` and `enabled: false` ask for nothing. */
function asksForReasoning(json: Readonly<Record<string, unknown>>): boolean {
  const word = json['reasoning_effort'];
  if (typeof word === 'string') return word !== 'none';
  const reasoning = asRecord(json['reasoning']);
  if (reasoning === null || reasoning['enabled'] === false) return false;
  return reasoning['effort'] !== 'none';
}

function asksForAudio(modalities: unknown): boolean {
  return Array.isArray(modalities) && modalities.includes('audio');
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
