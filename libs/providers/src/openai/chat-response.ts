import type { Usage } from '@weir/domain';
import { readProviderError } from './provider-error.js';
import type { ProviderError } from './provider-error.js';
import { asRecord, readChatUsage, readEmbeddingsUsage } from './usage.js';
import type { UsageBounds, UsageReading } from './usage.js';

/** What an answer that was not streamed tells. */
export interface AnswerReading {
  /** Valid usage, or null. */
  readonly usage: Usage | null;
  /** Whether a usage was there that could not be right. */
  readonly isUsageInvalid: boolean;
  readonly finishReason: string | null;
  readonly reportedModel: string | null;
  /** An error inside the 200, or null. */
  readonly error: ProviderError | null;
}

/** Reads the parsed body of a `chat/completions` (or legacy `completions`) answer. */
export function readChatResponse(body: unknown, bounds: UsageBounds = {}): AnswerReading {
  const answer = asRecord(body);
  let finishReason: string | null = null;
  for (const choice of choicesOf(answer)) {
    const reason = asRecord(choice)?.['finish_reason'];
    if (typeof reason === 'string') finishReason = reason;
  }
  return reading(answer, readChatUsage(answer?.['usage'], bounds), finishReason);
}

/** Reads the parsed body of an `embeddings` answer. */
export function readEmbeddingsResponse(body: unknown, bounds: UsageBounds = {}): AnswerReading {
  const answer = asRecord(body);
  return reading(answer, readEmbeddingsUsage(answer?.['usage'], bounds), null);
}

/** The text a chat answer produced, for counting when no usage came: content, refusals, reasoning, tool calls. */
export function producedTextOf(body: unknown): string {
  const parts: string[] = [];
  for (const choice of choicesOf(asRecord(body))) {
    const record = asRecord(choice);
    addText(parts, record?.['text']);
    const message = asRecord(record?.['message']);
    if (message === null) continue;
    addText(parts, message['content']);
    addText(parts, message['refusal']);
    addText(parts, message['reasoning_content'] ?? message['reasoning']);
    addCall(parts, message['function_call']);
    const calls = message['tool_calls'];
    if (Array.isArray(calls))
      for (const call of calls) addCall(parts, asRecord(call)?.['function']);
  }
  return parts.join('');
}

function addCall(parts: string[], call: unknown): void {
  addText(parts, asRecord(call)?.['name']);
  addText(parts, asRecord(call)?.['arguments']);
}

/** A string, or a list of typed parts with text. */
function addText(parts: string[], value: unknown): void {
  if (typeof value === 'string') parts.push(value);
  else if (Array.isArray(value)) for (const part of value) addText(parts, asRecord(part)?.['text']);
}

function choicesOf(answer: Readonly<Record<string, unknown>> | null): readonly unknown[] {
  const choices = answer?.['choices'];
  return Array.isArray(choices) ? choices : [];
}

function reading(
  answer: Readonly<Record<string, unknown>> | null,
  usage: UsageReading,
  finishReason: string | null,
): AnswerReading {
  const model = answer?.['model'];
  return {
    usage: usage.state === 'valid' ? usage.usage : null,
    isUsageInvalid: usage.state === 'invalid',
    finishReason,
    reportedModel: typeof model === 'string' && model !== '' ? model : null,
    error: readProviderError(answer?.['error']),
  };
}
