import { ANTHROPIC_TO_ANTHROPIC } from '../pairs/anthropic-to-anthropic.js';
import { GEMINI_TO_GEMINI } from '../pairs/gemini-to-gemini.js';
import { OPENAI_CHAT_TO_OPENAI } from '../pairs/openai-chat-to-openai.js';
import { OPENAI_COMPLETIONS_TO_OPENAI } from '../pairs/openai-completions-to-openai.js';
import type { ClientDialect, UpstreamDialect } from './dialect.js';
import type { Pair } from './pair.js';

/** Every way there is; one file each under `pairs/`. */
export const PAIRS: readonly Pair[] = [
  OPENAI_CHAT_TO_OPENAI,
  OPENAI_COMPLETIONS_TO_OPENAI,
  ANTHROPIC_TO_ANTHROPIC,
  GEMINI_TO_GEMINI,
];

const BY_DIALECTS: ReadonlyMap<string, Pair> = new Map(
  PAIRS.map((pair) => [`${pair.client}>${pair.upstream}`, pair]),
);

/** The way from a client's dialect to a provider's, or null where there is none. Look it up once per route. */
export function pairOf(client: ClientDialect, upstream: UpstreamDialect): Pair | null {
  return BY_DIALECTS.get(`${client}>${upstream}`) ?? null;
}
