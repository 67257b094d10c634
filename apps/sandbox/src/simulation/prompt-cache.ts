import { hash32 } from './random.js';

/**
 * The prompt caches of the simulated providers: OpenAI and Gemini recognise a long prompt's beginning by
 * themselves, Anthropic keeps the prefixes that a request marks.
 */

/** Providers cache prompts from 1,024 tokens on. */
const CACHE_PROMPT_TOKENS_MIN = 1_024;
/** OpenAI and Gemini find cached tokens in steps. */
const CACHE_STEP_TOKENS = 128;
const PREFIXES_MAX = 1_000;
const PREFIX_CHARS = 4_096;
const seenPrefixes = new Set<number>();

/** Tokens of a prompt read from the cache: none the first time, nearly all when its beginning was seen before. */
export function implicitlyCached(prompt: string, promptTokens: number): number {
  if (promptTokens < CACHE_PROMPT_TOKENS_MIN) return 0;
  const prefix = hash32(prompt.slice(0, PREFIX_CHARS));
  if (!seenPrefixes.has(prefix)) {
    if (seenPrefixes.size >= PREFIXES_MAX) seenPrefixes.clear();
    seenPrefixes.add(prefix);
    return 0;
  }
  return Math.floor((promptTokens - 1) / CACHE_STEP_TOKENS) * CACHE_STEP_TOKENS;
}

/** How long a marked prefix is kept. */
export type CacheTtl = '5m' | '1h';

/** One block of a prompt in the order the provider reads it. */
export interface PromptBlock {
  readonly text: string;
  readonly tokens: number;
  /** Set where the prefix that ends with this block shall be kept. */
  readonly mark: CacheTtl | null;
}

/** Prompt tokens by what the cache did with them; `uncached` is the rest. */
export interface CachedPrompt {
  readonly uncached: number;
  readonly read: number;
  readonly written5m: number;
  readonly written1h: number;
}

const TTL_MS: Readonly<Record<CacheTtl, number>> = { '5m': 300_000, '1h': 3_600_000 };
/** Blocks before a mark that are looked up too. */
const LOOKBACK_BLOCKS = 20;

/** The marked prefixes one provider keeps; the clock is given, so that tests can let them expire. */
export class MarkedPrefixes {
  readonly #untilMs = new Map<string, number>();

  /** Reads what is kept of a prompt and keeps what it marks. `owner` separates models and credentials. */
  use(owner: string, blocks: readonly PromptBlock[], nowMs: number): CachedPrompt {
    const prefixes = prefixesOf(owner, blocks);
    const total = prefixes.at(-1)?.tokens ?? 0;
    const lastMark = blocks.findLastIndex(({ mark }) => mark !== null);
    const isLong = (prefixes[lastMark]?.tokens ?? 0) >= CACHE_PROMPT_TOKENS_MIN;
    if (!isLong) return { uncached: total, read: 0, written5m: 0, written1h: 0 };
    const hit = this.#longestHit(prefixes, blocks, nowMs);
    const read = prefixes[hit]?.tokens ?? 0;
    const written = { '5m': 0, '1h': 0 };
    let done = read;
    for (const [i, { mark }] of blocks.entries()) {
      const prefix = prefixes[i];
      if (mark === null || prefix === undefined) continue;
      if (i > hit) {
        written[mark] += prefix.tokens - done;
        done = prefix.tokens;
      }
      this.#keep(prefix.key, nowMs + TTL_MS[mark]);
    }
    return { uncached: total - done, read, written5m: written['5m'], written1h: written['1h'] };
  }

  /** Index of the last block of the longest prefix that is kept, or -1. */
  #longestHit(prefixes: readonly Prefix[], blocks: readonly PromptBlock[], nowMs: number): number {
    for (let mark = blocks.length - 1; mark >= 0; mark--) {
      if (blocks[mark]?.mark == null) continue;
      for (let at = mark; at >= 0 && at > mark - LOOKBACK_BLOCKS; at--) {
        const until = this.#untilMs.get(prefixes[at]?.key ?? '');
        if (until !== undefined && until > nowMs) return at;
      }
    }
    return -1;
  }

  #keep(key: string, untilMs: number): void {
    if (this.#untilMs.size >= PREFIXES_MAX) this.#untilMs.clear();
    this.#untilMs.set(key, Math.max(untilMs, this.#untilMs.get(key) ?? 0));
  }
}

interface Prefix {
  readonly key: string;
  readonly tokens: number;
}

function prefixesOf(owner: string, blocks: readonly PromptBlock[]): readonly Prefix[] {
  let tokens = 0;
  let hash = hash32(owner);
  let chars = 0;
  return blocks.map((block) => {
    tokens += block.tokens;
    chars += block.text.length;
    hash = hash32(`${String(hash)}|${block.text}`);
    return { key: `${owner}|${String(hash)}|${String(chars)}`, tokens };
  });
}
