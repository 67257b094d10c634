import type { AnswerReading } from '../openai/chat-response.js';
import { asRecord } from '../openai/usage.js';
import type { UsageBounds } from '../openai/usage.js';
import {
  candidatesOf,
  finishReasonOf,
  nameOf,
  partsOf,
  readGeminiError,
  writtenIn,
} from './answer-shape.js';
import { readGeminiUsage } from './usage.js';

/** Reads the parsed body of a `generateContent` answer. */
export function readGeminiAnswer(body: unknown, bounds: UsageBounds = {}): AnswerReading {
  const answer = asRecord(body);
  const hasOutput = textOfGeminiAnswer(answer) !== '';
  const usage = readGeminiUsage(answer?.['usageMetadata'], bounds, hasOutput);
  return {
    usage: usage.state === 'valid' ? usage.usage : null,
    isUsageInvalid: usage.state === 'invalid',
    finishReason: finishReasonOf(answer),
    reportedModel: nameOf(answer?.['modelVersion']),
    error: readGeminiError(answer?.['error']),
  };
}

/** The text an answer produced, for counting when no usage came: words, thoughts, calls, code. */
export function textOfGeminiAnswer(body: unknown): string {
  return candidatesOf(asRecord(body)).flatMap(partsOf).map(writtenIn).join('');
}
