/**
 * Scores by a policy's weights. Each figure becomes a share of the best among the survivors: the cheapest, quickest
 * and cleanest get 1, one that costs twice as much ½. Shares of the best, not places between best and worst, so that
 * a difference of one percent counts one percent and not everything. A figure that is unknown gets the mean of those
 * that are known: neither an advantage nor a fault.
 */
import { SCORE_TERMS, type PolicyWeights, type ScoreTerm } from './policy.js';
import type { RouteCandidate, RouteEndpoint } from './candidate.js';

/** A candidate and what a policy makes of it. */
export interface Scored<E extends RouteEndpoint> {
  readonly candidate: RouteCandidate<E>;
  /** 0–1; larger is better. */
  readonly score: number;
  /** What each term adds to the score. */
  readonly terms: Readonly<Record<ScoreTerm, number>>;
}

/** A quicker first byte than this is not felt, and what differs below it is the noise of the network, ms. */
export const LATENCY_FELT_MS = 20;
/** What degraded health is worth, of 1. */
const DEGRADED_SHARE = 0.5;

/** Scores all candidates against each other, in the order given. */
export function scoreCandidates<E extends RouteEndpoint>(
  candidates: readonly RouteCandidate<E>[],
  weights: PolicyWeights,
): Scored<E>[] {
  const share: Readonly<Record<ScoreTerm, (of: RouteCandidate<E>) => number>> = {
    price: shareOfBest(candidates, ({ priceNano }) => Number(priceNano)),
    latency: shareOfBest(candidates, ({ latencyMs }) =>
      latencyMs === null ? null : Math.max(latencyMs, LATENCY_FELT_MS),
    ),
    carbon: shareOfBest(candidates, ({ carbonGrams }) => carbonGrams),
    health: ({ health }) => (health === 'ok' ? 1 : DEGRADED_SHARE),
  };
  return candidates.map((candidate) => {
    const terms = { price: 0, latency: 0, carbon: 0, health: 0 };
    let score = 0;
    for (const term of SCORE_TERMS) {
      terms[term] = weights[term] * share[term](candidate);
      score += terms[term];
    }
    return { candidate, score, terms };
  });
}

/** Best ÷ value, for figures ≥ 0 of which smaller is better; what is unknown gets the mean of the known. */
function shareOfBest<C>(
  candidates: readonly C[],
  figure: (candidate: C) => number | null,
): (candidate: C) => number {
  const known = candidates.map(figure).filter((value) => value !== null);
  const best = Math.min(...known);
  const share = (value: number): number => (value === best ? 1 : best / value);
  const mean =
    known.length === 0 ? 1 : known.reduce((sum, value) => sum + share(value), 0) / known.length;
  return (candidate) => {
    const value = figure(candidate);
    return value === null ? mean : share(value);
  };
}
