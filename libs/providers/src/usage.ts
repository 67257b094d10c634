/** Tokens of one request in disjoint classes (decisions §2). Integers ≥ 0. */
export interface TokenUsage {
  /** Uncached input. */
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  /** Output, reasoning included. */
  readonly output: number;
  /** The part of `output` that was reasoning. A detail, not priced again. */
  readonly reasoning: number;
}
