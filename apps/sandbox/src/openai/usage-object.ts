import type { Faults, Malformation } from '../faults/faults.js';
import type { Produced } from '../exchange.js';

/** The usage object as OpenAI writes it. */
export function usageObject(produced: Produced): Record<string, unknown> {
  const { promptTokens, outputTokens } = produced;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: outputTokens,
    total_tokens: promptTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: produced.cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: produced.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

const WRONG: Partial<Record<Malformation, Record<string, unknown> | null>> = {
  'negative-usage': { completion_tokens: -7 },
  'huge-usage': { completion_tokens: 9_999_999_999 },
  'float-usage': { completion_tokens: 7.5 },
  'zero-usage': { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
};

/** What is reported: the truth, unless a fault says otherwise. `undefined` = the member is left out. */
export function reportedUsage(
  produced: Produced,
  faults: Faults,
): Record<string, unknown> | null | undefined {
  if (faults.noUsage) return undefined;
  if (faults.malformed === 'null-usage') return null;
  const wrong = faults.malformed === null ? null : (WRONG[faults.malformed] ?? null);
  const usage = { ...usageObject(produced), ...wrong, ...faults.usage };
  if (wrong !== null || faults.usage !== null) {
    // Details that contradict a changed total would make it invalid for another reason than the one asked for.
    delete usage['completion_tokens_details'];
    delete usage['prompt_tokens_details'];
    return { ...usage, ...faults.usage };
  }
  return usage;
}
