import { OPENAI_RESPONSES_CLIENT } from '../responses/responses-client.js';
import { openAiError } from '../errors/openai-error.js';
import { OPENAI_CHAT_UPSTREAM } from '../openai/chat-upstream.js';
import type { Pair } from '../dialect/pair.js';
import { translatedPair } from './translated-pair.js';

/**
 * Responses to a provider that has chat only (one with `/responses` of its own takes `RESPONSES_NATIVE`). Refused:
 * tools other than functions, files by URL, images by id. Dropped: `store: true`, `truncation: auto`, `max_tool_calls`,
 * `top_logprobs`, includes beyond the encrypted reasoning.
 */
export const OPENAI_RESPONSES_TO_OPENAI: Pair = translatedPair({
  client: 'openai-responses',
  upstream: 'openai',
  clientSide: OPENAI_RESPONSES_CLIENT,
  upstreamSide: OPENAI_CHAT_UPSTREAM,
  errorBody: openAiError,
});
