import { ANTHROPIC_CLIENT } from '../anthropic/client.js';
import { anthropicError } from '../errors/anthropic-error.js';
import { GEMINI_UPSTREAM } from '../gemini/upstream.js';
import type { Pair } from '../dialect/pair.js';
import { translatedPair } from './translated-pair.js';

/**
 * Anthropic to Gemini. Refused: Anthropic's own tools, containers, MCP servers, URLs that Google does not fetch.
 * Dropped: cache marks, `metadata.user_id`, `disable_parallel_tool_use`, thoughts of earlier answers. Gemini's
 * signatures travel in a `redacted_thinking` block before the tool call.
 */
export const ANTHROPIC_TO_GEMINI: Pair = translatedPair({
  client: 'anthropic',
  upstream: 'gemini',
  clientSide: ANTHROPIC_CLIENT,
  upstreamSide: GEMINI_UPSTREAM,
  errorBody: anthropicError,
});
