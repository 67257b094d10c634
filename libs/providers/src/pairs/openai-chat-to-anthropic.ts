import { OPENAI_CHAT_CLIENT } from '../openai/chat-client.js';
import { openAiError } from '../errors/openai-error.js';
import { ANTHROPIC_UPSTREAM } from '../anthropic/upstream.js';
import type { Pair } from '../dialect/pair.js';
import { translatedPair } from './translated-pair.js';

/**
 * OpenAI chat to Anthropic. System and developer messages become the system prompt wherever they stood; the output
 * bound is always sent. Refused: `n` above 1, recordings. Dropped: `seed`, penalties, `logprobs`, `logit_bias`,
 * OpenAI's `metadata`, `service_tier` and `store`, a temperature above 1 (sent as 1), thoughts nobody signed.
 */
export const OPENAI_CHAT_TO_ANTHROPIC: Pair = translatedPair({
  client: 'openai-chat',
  upstream: 'anthropic',
  clientSide: OPENAI_CHAT_CLIENT,
  upstreamSide: ANTHROPIC_UPSTREAM,
  errorBody: openAiError,
});
