import { OPENAI_CHAT_CLIENT } from '../openai/chat-client.js';
import { openAiError } from '../errors/openai-error.js';
import { GEMINI_UPSTREAM } from '../gemini/upstream.js';
import type { Pair } from '../dialect/pair.js';
import { translatedPair } from './translated-pair.js';

/**
 * OpenAI chat to Gemini. Refused: files held by id, URLs that Google does not fetch (send bytes). Dropped: cache
 * marks (Gemini caches by itself), `user`, `logprobs`, `logit_bias`, a tool's `strict`, `parallel_tool_calls: false`,
 * thoughts of earlier answers. Gemini's signatures travel in `extra_content` of the tool calls.
 */
export const OPENAI_CHAT_TO_GEMINI: Pair = translatedPair({
  client: 'openai-chat',
  upstream: 'gemini',
  clientSide: OPENAI_CHAT_CLIENT,
  upstreamSide: GEMINI_UPSTREAM,
  errorBody: openAiError,
});
