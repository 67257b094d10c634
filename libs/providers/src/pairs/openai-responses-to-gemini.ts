import { OPENAI_RESPONSES_CLIENT } from '../responses/responses-client.js';
import { openAiError } from '../errors/openai-error.js';
import { GEMINI_UPSTREAM } from '../gemini/upstream.js';
import type { Pair } from '../dialect/pair.js';
import { translatedPair } from './translated-pair.js';

/**
 * Responses to Gemini. Refused: tools other than functions, files by id and URLs that Google does not fetch. Dropped:
 * what Responses to Anthropic drops, `user`, and thoughts of earlier answers. Gemini's signatures travel in
 * `extra_content` of the function calls.
 */
export const OPENAI_RESPONSES_TO_GEMINI: Pair = translatedPair({
  client: 'openai-responses',
  upstream: 'gemini',
  clientSide: OPENAI_RESPONSES_CLIENT,
  upstreamSide: GEMINI_UPSTREAM,
  errorBody: openAiError,
});
