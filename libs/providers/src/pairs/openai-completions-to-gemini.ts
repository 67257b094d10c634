import { OPENAI_COMPLETIONS_CLIENT } from '../completions/completions-client.js';
import { openAiError } from '../errors/openai-error.js';
import { GEMINI_UPSTREAM } from '../gemini/upstream.js';
import type { Pair } from '../dialect/pair.js';
import { translatedPair } from './translated-pair.js';

/**
 * Legacy completions to Gemini: the prompt is one user's message, the answer its words. Refused: several prompts,
 * token numbers, `best_of`, `echo`, `suffix`, `logprobs`. Dropped: `logit_bias`, `user`.
 */
export const OPENAI_COMPLETIONS_TO_GEMINI: Pair = translatedPair({
  client: 'openai-completions',
  upstream: 'gemini',
  clientSide: OPENAI_COMPLETIONS_CLIENT,
  upstreamSide: GEMINI_UPSTREAM,
  errorBody: openAiError,
});
