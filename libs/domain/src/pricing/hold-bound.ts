/**
 * The most a request can cost, known before it starts: what is held. It must never be below the cost of any usage
 * within the token bounds, and should equal it where only one usage is possible, or a balance worth ten requests
 * would serve nine.
 *
 * The input may be split over several classes, each line rounding up by at most half a nano. With k classes possible
 * Σ round(xᵢ) ≤ Σ xᵢ + k/2, and the sum is an integer; so ⌊X + k/2⌋ with X at the dearest class is a bound, and for
 * k = 1 it is the half-up cost itself.
 */
import type { Nano } from '@weir/units';
import { nano } from '@weir/units';
import type { CompletePrice } from './price.js';
import { TOKENS_PER_PRICE } from './price.js';
import { reachablePrices } from './price-tiers.js';
import { lineCostNano } from './receipt.js';

/** Classes that input tokens may be billed as. */
export type InputClass = 'input' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h';

/** Every input class: what may happen where nothing is known of the provider's cache. */
export const ALL_INPUT_CLASSES: readonly InputClass[] = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
];

/** Input classes where the provider caches by itself and bills no writes (OpenAI, Gemini). */
export const READ_CACHE_INPUT_CLASSES: readonly InputClass[] = ['input', 'cacheRead'];

/** What bounds a request's cost. */
export interface HoldBoundInput {
  /** Upper bound of prompt tokens, all classes together. */
  readonly inputTokensMax: number;
  /** Upper bound of output tokens, reasoning included. */
  readonly outputTokensMax: number;
  readonly price: CompletePrice;
  /** Classes this request can cause; all of them when absent. */
  readonly inputClasses?: readonly InputClass[];
}

/** What `affordableOutputTokens` needs to know. */
export interface AffordableOutputInput {
  /** Money that may be held, nano. */
  readonly availableNano: Nano;
  /** Upper bound of prompt tokens, all classes together. */
  readonly inputTokensMax: number;
  /** The most output worth asking for: the model's cap, tokens. */
  readonly outputTokensCap: number;
  readonly price: CompletePrice;
  /** Classes this request can cause; all of them when absent. */
  readonly inputClasses?: readonly InputClass[];
}

/** The most the input side can cost, nano. */
export function inputBoundNano(
  inputTokensMax: number,
  price: CompletePrice,
  inputClasses: readonly InputClass[] = ALL_INPUT_CLASSES,
): Nano {
  let dearest = 0n;
  let lines = 0;
  for (const name of inputClasses) {
    const unitPrice = price[name];
    if (unitPrice > 0n) lines += 1; // a free class has no line that could round up
    if (unitPrice > dearest) dearest = unitPrice;
  }
  const linesMax = Math.min(lines, inputTokensMax);
  const doubled = 2n * BigInt(inputTokensMax) * dearest + BigInt(linesMax) * TOKENS_PER_PRICE;
  return nano(doubled / (2n * TOKENS_PER_PRICE));
}

/** The most a request can cost, nano: no usage within the token bounds costs more, whatever tier it reaches. */
export function holdBound(input: HoldBoundInput): Nano {
  if (input.price.tiers === undefined) return flatBound(input);
  let dearest = nano(0n);
  for (const { price, promptTokensMax } of reachablePrices(input.price, input.inputTokensMax)) {
    const bound = flatBound({ ...input, price, inputTokensMax: promptTokensMax });
    if (bound > dearest) dearest = bound;
  }
  return dearest;
}

/**
 * The most output tokens (0…`outputTokensCap`) whose hold the money covers. 0 also when not even the input is
 * covered: a hold of that size is then refused like any other.
 */
export function affordableOutputTokens(input: AffordableOutputInput): number {
  if (input.price.tiers === undefined) return flatAffordable(input);
  let affordable = input.outputTokensCap;
  for (const { price, promptTokensMax } of reachablePrices(input.price, input.inputTokensMax)) {
    const one = flatAffordable({ ...input, price, inputTokensMax: promptTokensMax });
    if (one < affordable) affordable = one;
  }
  return affordable;
}

function flatBound({ inputTokensMax, outputTokensMax, price, inputClasses }: HoldBoundInput): Nano {
  return nano(
    inputBoundNano(inputTokensMax, price, inputClasses) +
      lineCostNano(outputTokensMax, price.output) +
      price.request,
  );
}

function flatAffordable(input: AffordableOutputInput): number {
  const rest =
    input.availableNano -
    inputBoundNano(input.inputTokensMax, input.price, input.inputClasses) -
    input.price.request;
  if (rest < 0n) return 0;
  if (input.price.output === 0n) return input.outputTokensCap;
  // The largest n with round(n·p / 10⁶) ≤ rest, that is n·p + 5·10⁵ < (rest + 1)·10⁶.
  const largest =
    ((rest + 1n) * TOKENS_PER_PRICE - TOKENS_PER_PRICE / 2n - 1n) / input.price.output;
  return largest >= BigInt(input.outputTokensCap) ? input.outputTokensCap : Number(largest);
}
