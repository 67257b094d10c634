import {
  readChatRequest,
  readCompletionsRequest,
  readCountTokensRequest,
  readEmbeddingsRequest,
  readGeminiRequest,
  readMessagesRequest,
  readResponsesRequest,
  type RequestResult,
} from '@weir/providers';
import type { BodySpec } from './proxy-route.js';

/**
 * Reads a parsed body in the dialect of its route.
 * @param byteLength bytes of a text, for bounds; with a tokenizer in its place the bound becomes a close count.
 */
export function readRequest(
  { kind, path }: BodySpec,
  parsed: unknown,
  byteLength: (text: string) => number,
): RequestResult {
  switch (kind) {
    case 'openai-chat':
      return readChatRequest(parsed, byteLength);
    case 'openai-completions':
      return readCompletionsRequest(parsed, byteLength);
    case 'openai-responses':
      return readResponsesRequest(parsed, byteLength);
    case 'anthropic':
      return readMessagesRequest(parsed, byteLength);
    case 'count_tokens':
      return readCountTokensRequest(parsed, byteLength);
    case 'gemini':
      return readGeminiRequest(parsed, path ?? NOWHERE, byteLength);
    case 'embeddings':
      return readEmbeddingsRequest(parsed, byteLength);
  }
}

/** Gemini's bodies never come without their path. */
const NOWHERE = { model: '', stream: false };
