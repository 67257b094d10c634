import { OPENAI_RESPONSES_CLIENT } from '../responses/responses-client.js';
import { openAiError } from '../errors/openai-error.js';
import { ANTHROPIC_UPSTREAM } from '../anthropic/upstream.js';
import type { Pair } from '../dialect/pair.js';
import { translatedPair } from './translated-pair.js';

/**
 * Responses to Anthropic. Refused: tools other than functions, recordings. Dropped: what Responses to chat drops, and
 * `metadata`, `service_tier`, `prompt_cache_key`, `safety_identifier`, `verbosity`. Thoughts come as summaries, their
 * signatures in `encrypted_content`, and go back with the next request.
 */
export const OPENAI_RESPONSES_TO_ANTHROPIC: Pair = translatedPair({
  client: 'openai-responses',
  upstream: 'anthropic',
  clientSide: OPENAI_RESPONSES_CLIENT,
  upstreamSide: ANTHROPIC_UPSTREAM,
  errorBody: openAiError,
});
