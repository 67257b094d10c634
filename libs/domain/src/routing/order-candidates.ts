/**
 * The order in which endpoints are tried: unavailable ones are left out; then priority; within a priority healthy
 * before degraded; within those a weighted draw without replacement, so that an endpoint of weight 3 comes first three
 * times as often as one of weight 1. The draw is seeded: the same seed gives the same order, which a trace can show.
 */
import type { Candidate } from './candidate.js';

/** Candidates in the order to try them, best first; empty when none is available. */
export function orderCandidates<C extends Candidate>(candidates: readonly C[], seed: number): C[] {
  const drawn = candidates
    .filter((candidate) => candidate.health !== 'unavailable')
    .map((candidate, index) => ({ candidate, index, lot: lotOf(candidate.weight, seed, index) }));
  drawn.sort(
    (left, right) =>
      left.candidate.priority - right.candidate.priority ||
      healthRank(left.candidate) - healthRank(right.candidate) ||
      compareLots(left.lot, right.lot) ||
      left.index - right.index,
  );
  return drawn.map(({ candidate }) => candidate);
}

/** Larger lots first; two of weight 0 draw, as −∞ − −∞ is no number. */
function compareLots(left: number, right: number): number {
  return left === right ? 0 : right - left;
}

function healthRank(candidate: Candidate): number {
  return candidate.health === 'ok' ? 0 : 1;
}

/**
 * A lot whose largest belongs to a candidate with probability weight / Σ weights (Efraimidis and Spirakis: u^(1/w)),
 * as its logarithm, which does not underflow for small weights.
 */
function lotOf(weight: number, seed: number, index: number): number {
  return weight > 0 ? Math.log(uniform(seed, index)) / weight : Number.NEGATIVE_INFINITY;
}

/** A number above 0 and at most 1 from a seed (any integer) and an index. */
function uniform(seed: number, index: number): number {
  let mixed = Math.imul((seed | 0) ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x27d4eb2f);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32 + 2 ** -33;
}
