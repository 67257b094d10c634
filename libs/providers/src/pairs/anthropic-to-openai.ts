import { ANTHROPIC_CLIENT } from '../anthropic/client.js';
import { anthropicError } from '../errors/anthropic-error.js';
import { OPENAI_CHAT_UPSTREAM } from '../openai/chat-upstream.js';
import type { Pair } from '../dialect/pair.js';
import { withoutNoEffort } from './no-effort.js';
import { translatedPair } from './translated-pair.js';

/**
 * Anthropic to an OpenAI-compatible provider. Changed: thinking that is switched off is not spoken of, for models
 * that cannot think refuse the word; budgets become words of effort. Refused: Anthropic's own tools, containers, MCP
 * servers, files by URL. Dropped: `top_k`, `is_error` of tool results, cache marks (but for hosts of Claude), thoughts
 * the provider did not give itself.
 */
export const ANTHROPIC_TO_OPENAI: Pair = translatedPair({
  client: 'anthropic',
  upstream: 'openai',
  clientSide: ANTHROPIC_CLIENT,
  upstreamSide: OPENAI_CHAT_UPSTREAM,
  errorBody: anthropicError,
  adapt: withoutNoEffort,
});
