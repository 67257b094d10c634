import { nano, type Nano } from '@weir/units';
import type { CompletePrice } from '../pricing/index.js';

/** Parts of input to one part of output: the usual mix of chat, where prompts are longer than answers. */
const INPUT_PARTS = 3n;
/** Tokens over which a price per request is spread. */
const REQUEST_TOKENS = 1_000n;
const TOKENS_PER_MILLION = 1_000_000n;

/**
 * One number to compare prices by, nano per million tokens: three parts input, one part output, and what a request
 * costs by itself as if it had a thousand tokens. For ranking only; nothing is charged by it.
 */
export function comparablePrice(price: CompletePrice): Nano {
  const mixed = (INPUT_PARTS * price.input + price.output) / (INPUT_PARTS + 1n);
  return nano(mixed + (price.request * TOKENS_PER_MILLION) / REQUEST_TOKENS);
}
