import { GEMINI_CLIENT } from '../gemini/client.js';
import { geminiError } from '../errors/gemini-error.js';
import { ANTHROPIC_UPSTREAM } from '../anthropic/upstream.js';
import type { Pair } from '../dialect/pair.js';
import { translatedPair } from './translated-pair.js';

/**
 * Gemini to Anthropic. Refused: Google's own tools, cached contents, `candidateCount` above 1, answers other than text,
 * recordings. Dropped: `seed`, penalties, safety settings, labels. Anthropic's signatures travel as thought signatures.
 */
export const GEMINI_TO_ANTHROPIC: Pair = translatedPair({
  client: 'gemini',
  upstream: 'anthropic',
  clientSide: GEMINI_CLIENT,
  upstreamSide: ANTHROPIC_UPSTREAM,
  errorBody: geminiError,
});
