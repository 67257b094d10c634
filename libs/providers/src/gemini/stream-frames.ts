import type { Usage } from '@weir/domain';
import type { ErrorFacts } from '../errors/openai-error.js';
import { geminiError } from '../errors/gemini-error.js';
import { geminiUsage } from './usage.js';

/** Events that Weir itself puts into a Gemini stream. Gemini ends its lines with CRLF. */

const encoder = new TextEncoder();

/** One event. */
export function geminiFrame(chunk: object): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
}

/** What a chunk of ours repeats of those before it. */
export interface GeminiHead {
  readonly responseId: string | null;
  readonly reportedModel: string | null;
}

/** The last chunk of a stream that is stopped: every candidate ends as if its output bound had been reached. */
export function maxTokensFrame(head: GeminiHead, choices: number, usage: Usage | null): Uint8Array {
  const candidates = Array.from({ length: choices }, (_, index) => ({
    content: { parts: [{ text: '' }], role: 'model' },
    finishReason: 'MAX_TOKENS',
    index,
  }));
  return geminiFrame({
    candidates,
    ...(usage === null ? {} : { usageMetadata: geminiUsage(usage) }),
    ...(head.reportedModel === null ? {} : { modelVersion: head.reportedModel }),
    ...(head.responseId === null ? {} : { responseId: head.responseId }),
  });
}

/** An error in mid-stream, as Google sends it. */
export function geminiErrorFrame(error: ErrorFacts): Uint8Array {
  return geminiFrame(geminiError(error));
}
