/** Draws that a seed repeats: the same seed and name give the same lot, whatever else is drawn beside it. */

/**
 * A lot whose largest belongs to a name with probability weight / Σ weights (Efraimidis and Spirakis: u^(1/w)), as its
 * logarithm, which does not underflow for small weights. Weight 0 = never before another.
 */
export function lotOf(weight: number, seed: number, name: string): number {
  return weight > 0 ? Math.log(uniform(seed, name)) / weight : Number.NEGATIVE_INFINITY;
}

/** Larger lots first; two of weight 0 draw, as −∞ − −∞ is no number. */
export function compareLots(left: number, right: number): number {
  return left === right ? 0 : right - left;
}

/** A number above 0 and at most 1 from a seed (any integer) and a name. */
function uniform(seed: number, name: string): number {
  let mixed = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    mixed = Math.imul(mixed ^ name.charCodeAt(i), 0x01000193);
  }
  mixed = Math.imul((seed | 0) ^ Math.imul(mixed, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x27d4eb2f);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32 + 2 ** -33;
}
