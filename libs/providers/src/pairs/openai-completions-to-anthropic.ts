import { OPENAI_COMPLETIONS_CLIENT } from '../completions/completions-client.js';
import { openAiError } from '../errors/openai-error.js';
import { ANTHROPIC_UPSTREAM } from '../anthropic/upstream.js';
import type { Pair } from '../dialect/pair.js';
import { translatedPair } from './translated-pair.js';

/**
 * Legacy completions to Anthropic: the prompt is one user's message, the answer its words. Refused: several prompts,
 * token numbers, `n` above 1, `best_of`, `echo`, `suffix`, `logprobs`. Dropped: `seed`, penalties, `logit_bias`.
 */
export const OPENAI_COMPLETIONS_TO_ANTHROPIC: Pair = translatedPair({
  client: 'openai-completions',
  upstream: 'anthropic',
  clientSide: OPENAI_COMPLETIONS_CLIENT,
  upstreamSide: ANTHROPIC_UPSTREAM,
  errorBody: openAiError,
});
