import type { AnswerReading } from '../openai/chat-response.js';
import { readProviderError } from '../openai/provider-error.js';
import { asRecord } from '../openai/usage.js';
import type { UsageBounds } from '../openai/usage.js';
import { readResponsesUsage } from './responses-usage.js';

type Json = Readonly<Record<string, unknown>>;

/** Reads a whole `response` object as its provider sent it. */
export function readResponse(body: unknown, bounds: UsageBounds): AnswerReading {
  const response = asRecord(body);
  const usage = readResponsesUsage(response?.['usage'], bounds);
  const model = response?.['model'];
  return {
    usage: usage.state === 'valid' ? usage.usage : null,
    isUsageInvalid: usage.state === 'invalid',
    finishReason: response === null ? null : finishReasonOf(response),
    reportedModel: typeof model === 'string' && model !== '' ? model : null,
    error: readProviderError(response?.['error']),
  };
}

/** Why a response ended, in the words of the log. */
export function finishReasonOf(response: Json): string | null {
  switch (response['status']) {
    case 'completed':
      return itemsOf(response).some((item) => item['type'] === 'function_call')
        ? 'tool_calls'
        : 'stop';
    case 'incomplete': {
      const reason = asRecord(response['incomplete_details'])?.['reason'];
      return reason === 'content_filter' ? reason : 'length';
    }
    default:
      return null;
  }
}

/** The text a response produced: words, refusals, thoughts and calls. */
export function responseTextOf(body: unknown): string {
  let text = '';
  for (const item of itemsOf(asRecord(body) ?? {})) {
    for (const name of TEXT_MEMBERS) {
      const value = item[name];
      if (typeof value === 'string') text += value;
    }
    for (const list of [item['content'], item['summary']]) {
      if (!Array.isArray(list)) continue;
      for (const part of list) {
        const said = asRecord(part)?.['text'] ?? asRecord(part)?.['refusal'];
        if (typeof said === 'string') text += said;
      }
    }
  }
  return text;
}

/** Of a call: its name, its arguments, or a custom tool's input. */
const TEXT_MEMBERS = ['name', 'arguments', 'input'];

function itemsOf(response: Json): readonly Json[] {
  const { output } = response;
  if (!Array.isArray(output)) return [];
  return output.map((item) => asRecord(item) ?? {});
}
