/**
 * What a request used, in disjoint token classes: no token is counted in two of them. `reasoning` is the exception by
 * design: a detail *inside* `output`, never added to it.
 */

/** Tokens per class, integers ≥ 0. */
export interface Usage {
  /** Uncached input tokens. */
  readonly input: number;
  /** Input tokens read from the provider's prompt cache. */
  readonly cacheRead: number;
  /** Input tokens written to a cache that lives 5 minutes. */
  readonly cacheWrite5m: number;
  /** Input tokens written to a cache that lives 1 hour. */
  readonly cacheWrite1h: number;
  /** Output tokens, hidden reasoning included. */
  readonly output: number;
  /** The part of `output` that was hidden reasoning. */
  readonly reasoning: number;
}

/** Names of the figures of a usage. */
export type UsageField = keyof Usage;

/** All figures of a usage, in receipt order. */
export const USAGE_FIELDS: readonly UsageField[] = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'output',
  'reasoning',
];

/**
 * Where a usage comes from: `reported` by the provider, `drained` (reported after the client left), `counted` by our
 * tokenizer, `estimated` (settled after a crash from the last progress).
 */
export type UsageSource = 'reported' | 'drained' | 'counted' | 'estimated';

/** Nothing used. */
export const NO_USAGE: Usage = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
};

/** Prompt tokens: input and all cache classes. */
export function promptTokens(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}

/** Completion tokens: output, reasoning included. */
export function completionTokens(usage: Usage): number {
  return usage.output;
}

/** Prompt and completion tokens together. */
export function totalTokens(usage: Usage): number {
  return promptTokens(usage) + usage.output;
}

/** Sum of two usages, class by class: for the attempts of one request and the calls under one parent. */
export function addUsage(left: Usage, right: Usage): Usage {
  return {
    input: left.input + right.input,
    cacheRead: left.cacheRead + right.cacheRead,
    cacheWrite5m: left.cacheWrite5m + right.cacheWrite5m,
    cacheWrite1h: left.cacheWrite1h + right.cacheWrite1h,
    output: left.output + right.output,
    reasoning: left.reasoning + right.reasoning,
  };
}
