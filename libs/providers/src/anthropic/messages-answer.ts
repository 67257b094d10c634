import type { AnswerReading } from '../openai/chat-response.js';
import { asRecord } from '../openai/usage.js';
import type { UsageBounds } from '../openai/usage.js';
import { readAnthropicError } from './provider-error.js';
import { readMessagesUsage } from './usage.js';

type Json = Readonly<Record<string, unknown>>;

/** Reads the parsed body of a Messages answer that was not streamed. */
export function readMessagesAnswer(body: unknown, bounds: UsageBounds = {}): AnswerReading {
  const answer = asRecord(body);
  const usage = readMessagesUsage(answer?.['usage'], bounds);
  return {
    usage: usage.state === 'valid' ? usage.usage : null,
    isUsageInvalid: usage.state === 'invalid',
    finishReason: nameOf(answer?.['stop_reason']),
    reportedModel: nameOf(answer?.['model']),
    error: readAnthropicError(answer),
  };
}

/** The text a Messages answer produced, for counting when no usage came: texts, thinking, tool calls. */
export function messagesTextOf(body: unknown): string {
  const content = asRecord(body)?.['content'];
  if (!Array.isArray(content)) return '';
  const parts: string[] = [];
  for (const item of content) {
    const block = asRecord(item);
    if (block !== null) addBlock(parts, block);
  }
  return parts.join('');
}

function addBlock(parts: string[], block: Json): void {
  for (const member of ['text', 'thinking', 'name']) {
    const text = block[member];
    if (typeof text === 'string') parts.push(text);
  }
  if (block['input'] !== undefined) parts.push(JSON.stringify(block['input']));
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
