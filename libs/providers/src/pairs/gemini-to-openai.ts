import { GEMINI_CLIENT } from '../gemini/client.js';
import { geminiError } from '../errors/gemini-error.js';
import { OPENAI_CHAT_UPSTREAM } from '../openai/chat-upstream.js';
import type { Pair } from '../dialect/pair.js';
import { withoutNoEffort } from './no-effort.js';
import { translatedPair } from './translated-pair.js';

/**
 * Gemini to an OpenAI-compatible provider. Changed: a thinking budget of 0 is not spoken of, for models that cannot
 * think refuse the word; budgets become words of effort. Refused: Google's own tools, cached contents, answers other
 * than text, files by URL. Dropped: `topK`, safety settings, labels.
 */
export const GEMINI_TO_OPENAI: Pair = translatedPair({
  client: 'gemini',
  upstream: 'openai',
  clientSide: GEMINI_CLIENT,
  upstreamSide: OPENAI_CHAT_UPSTREAM,
  errorBody: geminiError,
  adapt: withoutNoEffort,
});
