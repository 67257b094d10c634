import { checkTokenCount } from '@weir/domain';
import type { Usage } from '@weir/domain';

/**
 * Reads an OpenAI usage object, and those of compatible providers, into Weir's disjoint classes.
 *
 * OpenAI counts cached tokens inside `prompt_tokens` and reasoning inside `completion_tokens`; xAI counts
 * reasoning beside it, which its `total_tokens` gives away; DeepSeek names the cache hits
 * `prompt_cache_hit_tokens`. A figure that cannot be right makes the whole block invalid (reliability U5):
 * the caller then counts for itself. An explicit 0 is 0.
 */

/** What the request could use at most; ten times that is believed (reliability U5). */
export interface UsageBounds {
  /** Upper bound of the request's input tokens; absent = unknown. */
  readonly inputTokensMax?: number;
  /** Upper bound of its output tokens; absent = unknown. */
  readonly outputTokensMax?: number;
}

/** What a usage object said. */
export type UsageReading =
  | { readonly state: 'absent' }
  | { readonly state: 'invalid' }
  | { readonly state: 'valid'; readonly usage: Usage };

/** Taken where no bound is known: no request of today's models comes near. In tokens. */
export const USAGE_TOKENS_MAX = 100_000_000;

const ABSENT: UsageReading = { state: 'absent' };
const INVALID: UsageReading = { state: 'invalid' };

/** Reads a `usage` value of a chat or completions answer. */
export function readChatUsage(value: unknown, bounds: UsageBounds = {}): UsageReading {
  if (value === undefined || value === null) return ABSENT;
  const usage = asRecord(value);
  if (usage === null) return INVALID;
  const promptTokens = tokens(usage['prompt_tokens'], bounds.inputTokensMax);
  let completionTokens = tokens(usage['completion_tokens'], bounds.outputTokensMax);
  if (promptTokens === null || completionTokens === null) return INVALID;

  const promptDetails = asRecord(usage['prompt_tokens_details']);
  const cacheRead = optionalTokens(
    promptDetails?.['cached_tokens'] ?? usage['prompt_cache_hit_tokens'],
  );
  const cacheWrite = optionalTokens(promptDetails?.['cache_write_tokens']);
  const reasoning = optionalTokens(
    asRecord(usage['completion_tokens_details'])?.['reasoning_tokens'],
  );
  if (cacheRead === null || cacheWrite === null || reasoning === null) return INVALID;
  if (cacheRead + cacheWrite > promptTokens) return INVALID;

  const isReasoningBeside =
    reasoning > 0 && usage['total_tokens'] === promptTokens + completionTokens + reasoning;
  if (isReasoningBeside) completionTokens += reasoning;
  if (reasoning > completionTokens) return INVALID;

  return {
    state: 'valid',
    usage: {
      input: promptTokens - cacheRead - cacheWrite,
      cacheRead,
      cacheWrite5m: cacheWrite,
      cacheWrite1h: 0,
      output: completionTokens,
      reasoning,
    },
  };
}

/** Reads a `usage` value of an embeddings answer: input only. */
export function readEmbeddingsUsage(value: unknown, bounds: UsageBounds = {}): UsageReading {
  if (value === undefined || value === null) return ABSENT;
  const usage = asRecord(value);
  const input = tokens(usage?.['prompt_tokens'] ?? usage?.['total_tokens'], bounds.inputTokensMax);
  if (input === null) return INVALID;
  return {
    state: 'valid',
    usage: { input, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0 },
  };
}

/** A required figure, or null when it is absent or not to be believed. */
export function tokens(value: unknown, bound: number = USAGE_TOKENS_MAX): number | null {
  const checked = checkTokenCount(value, Math.max(bound, 1));
  return checked.status === 'plausible' ? checked.tokens : null;
}

/** A detail that may be missing: absent and `null` mean none. */
export function optionalTokens(value: unknown): number | null {
  return value === undefined || value === null ? 0 : tokens(value, undefined);
}

/** The value as a JSON object, or null when it is anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return isRecord(value) ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
