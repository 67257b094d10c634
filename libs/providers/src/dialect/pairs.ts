import { ANTHROPIC_TO_ANTHROPIC } from '../pairs/anthropic-to-anthropic.js';
import { ANTHROPIC_TO_GEMINI } from '../pairs/anthropic-to-gemini.js';
import { ANTHROPIC_TO_OPENAI } from '../pairs/anthropic-to-openai.js';
import { GEMINI_TO_ANTHROPIC } from '../pairs/gemini-to-anthropic.js';
import { GEMINI_TO_GEMINI } from '../pairs/gemini-to-gemini.js';
import { GEMINI_TO_OPENAI } from '../pairs/gemini-to-openai.js';
import { OPENAI_CHAT_TO_ANTHROPIC } from '../pairs/openai-chat-to-anthropic.js';
import { OPENAI_CHAT_TO_GEMINI } from '../pairs/openai-chat-to-gemini.js';
import { OPENAI_CHAT_TO_OPENAI } from '../pairs/openai-chat-to-openai.js';
import { OPENAI_COMPLETIONS_TO_ANTHROPIC } from '../pairs/openai-completions-to-anthropic.js';
import { OPENAI_COMPLETIONS_TO_GEMINI } from '../pairs/openai-completions-to-gemini.js';
import { OPENAI_COMPLETIONS_TO_OPENAI } from '../pairs/openai-completions-to-openai.js';
import { OPENAI_RESPONSES_TO_ANTHROPIC } from '../pairs/openai-responses-to-anthropic.js';
import { OPENAI_RESPONSES_TO_GEMINI } from '../pairs/openai-responses-to-gemini.js';
import { OPENAI_RESPONSES_TO_OPENAI } from '../pairs/openai-responses-to-openai.js';
import type { ClientDialect, UpstreamDialect } from './dialect.js';
import type { Pair } from './pair.js';

/** Every way there is; one file each under `pairs/`. */
export const PAIRS: readonly Pair[] = [
  ANTHROPIC_TO_ANTHROPIC,
  ANTHROPIC_TO_GEMINI,
  ANTHROPIC_TO_OPENAI,
  GEMINI_TO_ANTHROPIC,
  GEMINI_TO_GEMINI,
  GEMINI_TO_OPENAI,
  OPENAI_CHAT_TO_ANTHROPIC,
  OPENAI_CHAT_TO_GEMINI,
  OPENAI_CHAT_TO_OPENAI,
  OPENAI_COMPLETIONS_TO_ANTHROPIC,
  OPENAI_COMPLETIONS_TO_GEMINI,
  OPENAI_COMPLETIONS_TO_OPENAI,
  OPENAI_RESPONSES_TO_ANTHROPIC,
  OPENAI_RESPONSES_TO_GEMINI,
  OPENAI_RESPONSES_TO_OPENAI,
];

const BY_DIALECTS: ReadonlyMap<string, Pair> = new Map(
  PAIRS.map((pair) => [`${pair.client}>${pair.upstream}`, pair]),
);

/** The way from a client's dialect to a provider's, or null where there is none. Look it up once per route. */
export function pairOf(client: ClientDialect, upstream: UpstreamDialect): Pair | null {
  return BY_DIALECTS.get(`${client}>${upstream}`) ?? null;
}
