import type { Produced } from '../exchange.js';
import type { Faults } from '../faults/faults.js';
import { reportedUsage } from '../simulation/reported-usage.js';
import type { UsageNames } from '../simulation/reported-usage.js';

/** The usage object of chat completions. */
export function chatUsage(produced: Produced): Record<string, unknown> {
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

const CHAT_NAMES: UsageNames = {
  prompt: 'prompt_tokens',
  output: 'completion_tokens',
  total: 'total_tokens',
  details: ['prompt_tokens_details', 'completion_tokens_details'],
};

/** What chat completions report: the truth, unless a fault says otherwise. */
export function reportedChatUsage(
  produced: Produced,
  faults: Faults,
): Record<string, unknown> | null | undefined {
  return reportedUsage(chatUsage(produced), CHAT_NAMES, faults);
}

const RESPONSES_NAMES: UsageNames = {
  prompt: 'input_tokens',
  output: 'output_tokens',
  total: 'total_tokens',
  details: ['input_tokens_details', 'output_tokens_details'],
};

/** What the Responses API reports. */
export function reportedResponsesUsage(
  produced: Produced,
  faults: Faults,
): Record<string, unknown> | null | undefined {
  const { promptTokens, outputTokens } = produced;
  const truth = {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: produced.cachedTokens, cache_write_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: produced.reasoningTokens },
    total_tokens: promptTokens + outputTokens,
  };
  return reportedUsage(truth, RESPONSES_NAMES, faults);
}
