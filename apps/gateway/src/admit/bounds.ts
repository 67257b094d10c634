import {
  affordableOutputTokens,
  affordableTotalTokens,
  ALL_INPUT_CLASSES,
  effectiveTokens,
  holdBound,
  READ_CACHE_INPUT_CLASSES,
  type InputClass,
} from '@weir/domain';
import { nano } from '@weir/units';
import type { Exchange } from '../request/exchange.js';

/** What is held: the dearest candidate's bound, so that failing over needs no second hold (H34). */
export interface Bound {
  readonly costNano: bigint;
  readonly tokens: bigint;
}

/** The most a request can cost with this many output tokens. */
export function boundOf(x: Exchange, outputTokens: number): Bound {
  let costNano = 0n;
  let tokens = 0n;
  const inputClasses = inputClassesOf(x);
  for (const { price, endpoint } of x.candidates) {
    const cost = holdBound({
      inputTokensMax: x.inputTokensBound,
      outputTokensMax: outputTokens,
      price,
      inputClasses,
    });
    if (cost > costNano) costNano = cost;
    const total = x.inputTokensBound + outputTokens;
    const effective = effectiveTokens(total, x.templateFactor, endpoint.serverFactor);
    if (effective > tokens) tokens = effective;
  }
  return { costNano, tokens };
}

/** The most output tokens this money covers at any candidate, at most `cap`. */
export function outputTokensFor(x: Exchange, availableNano: bigint, cap: number): number {
  let affordable = cap;
  const inputClasses = inputClassesOf(x);
  for (const { price } of x.candidates) {
    affordable = affordableOutputTokens({
      availableNano: nano(availableNano),
      inputTokensMax: x.inputTokensBound,
      outputTokensCap: affordable,
      price,
      inputClasses,
    });
  }
  return affordable;
}

/** The most output tokens that a token budget covers at any candidate, at most `cap`. */
export function outputTokensWithin(x: Exchange, availableTokens: bigint, cap: number): number {
  let affordable = cap;
  for (const { endpoint } of x.candidates) {
    const total = affordableTotalTokens(
      availableTokens,
      x.templateFactor,
      endpoint.serverFactor,
      x.inputTokensBound + affordable,
    );
    affordable = Math.max(0, Math.min(affordable, total - x.inputTokensBound));
  }
  return affordable;
}

/** A prompt without cache marks is never billed as a cache write. */
function inputClassesOf(x: Exchange): readonly InputClass[] {
  return x.call?.marksCache === true ? ALL_INPUT_CLASSES : READ_CACHE_INPUT_CLASSES;
}
