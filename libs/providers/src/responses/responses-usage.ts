import { asRecord, readChatUsage } from '../openai/usage.js';
import type { UsageBounds, UsageReading } from '../openai/usage.js';

/** Reads the `usage` of a response: the chat's figures by other names. */
export function readResponsesUsage(value: unknown, bounds: UsageBounds): UsageReading {
  const usage = asRecord(value);
  if (usage === null) return readChatUsage(value, bounds);
  const renamed = {
    prompt_tokens: usage['input_tokens'],
    completion_tokens: usage['output_tokens'],
    total_tokens: usage['total_tokens'],
    prompt_tokens_details: usage['input_tokens_details'],
    completion_tokens_details: usage['output_tokens_details'],
  };
  return readChatUsage(renamed, bounds);
}
