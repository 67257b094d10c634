/**
 * A stream holds its output in slices: the first one on admission, the next when half a slice is left, so that a warm
 * lease grants it before the stream has to wait. What may be forwarded is bounded by what is held, always.
 */

/** Output tokens of one slice. */
export const SLICE_TOKENS = 1024;

/** Where a stream stands, output tokens. */
export interface SliceState {
  /** Upper bound of what was produced so far. */
  readonly producedMax: number;
  /** Held so far. */
  readonly held: number;
  /** The most the stream may produce; upstream was told so. */
  readonly outputMax: number;
}

/** What to do about the next output of a stream. `holdTokens`: the total to hold; ask for the difference. */
export type SliceDecision =
  /** The hold covers it and enough is left. */
  | { readonly ask: false; readonly covered: true }
  /** The hold covers it; ask for more beside it. */
  | { readonly ask: true; readonly covered: true; readonly holdTokens: number }
  /** Forward nothing more before this much is held. */
  | { readonly ask: true; readonly covered: false; readonly holdTokens: number };

/** Output tokens to hold when a stream is admitted. */
export function firstSliceTokens(outputMax: number, sliceTokens = SLICE_TOKENS): number {
  return Math.min(outputMax, sliceTokens);
}

/** Whether the hold covers what was produced, and whether to ask for the next slice. */
export function decideSlice(state: SliceState, sliceTokens = SLICE_TOKENS): SliceDecision {
  const { held, outputMax } = state;
  if (held >= outputMax) return { ask: false, covered: true };
  const produced = Math.min(state.producedMax, outputMax);
  if (produced > held) {
    const holdTokens = Math.min(Math.max(held + sliceTokens, produced), outputMax);
    return { ask: true, covered: false, holdTokens };
  }
  if (2 * (held - produced) > sliceTokens) return { ask: false, covered: true };
  return { ask: true, covered: true, holdTokens: Math.min(held + sliceTokens, outputMax) };
}
