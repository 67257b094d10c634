/**
 * Which endpoints a request may go to, in which order, and why. Three steps: what the request may not or cannot use is
 * left out, each with its reason; the rest is scored by the policy; the best goes first, and among scores that are
 * level (within 1 %) the operator's priority, then the candidate this caller used last, then a seeded draw by weight.
 * Pure and indifferent to the order in which endpoints are given.
 *
 * A key's region pin is a wall. A wished region or provider is one too, unless `fallback` is true: then the endpoints
 * outside come after all those inside.
 */
import { candidatesOf, type RouteCandidate, type RouteEndpoint } from './candidate.js';
import { orderCandidates } from './order-candidates.js';
import { POLICY_WEIGHTS, type ScoreTerm } from './policy.js';
import type { Routing } from './route-options.js';
import { scoreCandidates, type Scored } from './score-candidates.js';
import { compareLots, lotOf } from './seeded-lots.js';
import { invariant } from '../invariant.js';

/** What decides the order, beside the endpoints. */
export interface RankInput {
  readonly routing: Omit<Routing, 'source'>;
  /** The key's region pin; null = none. */
  readonly regionPin: string | null;
  /** Any integer: the same one gives the same order. */
  readonly seed: number;
  /** Name of the candidate this caller used last; null = unknown. */
  readonly lastUsed: string | null;
}

/** What became of one endpoint. */
export interface Judged<E extends RouteEndpoint> {
  readonly endpoint: E;
  /** Why it was left out; null = it competed. */
  readonly excluded: string | null;
  /** Null where it did not compete. */
  readonly score: number | null;
  readonly terms: Readonly<Record<ScoreTerm, number>> | null;
}

/** The order to try, and every endpoint's fate. */
export interface Ranking<E extends RouteEndpoint> {
  /** Endpoints to try, best first. */
  readonly order: readonly E[];
  /** Those that competed in the order above, then those left out, by id. */
  readonly judged: readonly Judged<E>[];
  /** Why the first is the first, in words. */
  readonly reason: string;
}

/** Scores this close to the best are level: a hundredth of it. */
export const TIE_SHARE = 0.01;

/** Ranks endpoints. An empty order means that none may or can be used. */
export function rankEndpoints<E extends RouteEndpoint>(
  endpoints: readonly E[],
  input: RankInput,
): Ranking<E> {
  const survivors: E[] = [];
  const losers: Judged<E>[] = [];
  for (const endpoint of [...endpoints].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const excluded = exclusionOf(endpoint, input);
    if (excluded === null) survivors.push(endpoint);
    else losers.push({ endpoint, excluded, score: null, terms: null });
  }
  const scored = scoreCandidates(candidatesOf(survivors), POLICY_WEIGHTS[input.routing.policy]);
  const inside = drawAll(
    scored.filter((one) => isWished(one.candidate, input)),
    input,
  );
  const outside = drawAll(
    scored.filter((one) => !isWished(one.candidate, input)),
    input,
  );
  const judged: Judged<E>[] = [];
  for (const { candidate, score, terms } of [...inside.order, ...outside.order]) {
    for (const endpoint of orderCandidates(candidate.endpoints, input.seed)) {
      judged.push({ endpoint, excluded: null, score, terms });
    }
  }
  return {
    order: judged.map(({ endpoint }) => endpoint),
    judged: [...judged, ...losers],
    reason:
      inside.reason ??
      (outside.reason === null
        ? 'no endpoint may or can serve it'
        : 'fallback: nothing inside the wished region or provider can serve it'),
  };
}

function exclusionOf(endpoint: RouteEndpoint, { routing, regionPin }: RankInput): string | null {
  if (regionPin !== null && endpoint.region !== regionPin) return 'region_pin';
  if (routing.fallback !== true) {
    if (routing.provider !== null && endpoint.provider !== routing.provider) return 'provider';
    if (routing.region !== null && endpoint.region !== routing.region) return 'region';
  }
  if (endpoint.unable !== null) return endpoint.unable;
  if (endpoint.priceNano === null) return 'unpriced';
  return endpoint.health === 'unavailable' ? 'unavailable' : null;
}

/** Whether a candidate lies inside the wished provider and region. */
function isWished(candidate: RouteCandidate<RouteEndpoint>, { routing }: RankInput): boolean {
  return candidate.endpoints.every(
    ({ provider, region }) =>
      (routing.provider === null || provider === routing.provider) &&
      (routing.region === null || region === routing.region),
  );
}

/** All candidates in their order, the draw made anew among what is left after each. */
function drawAll<E extends RouteEndpoint>(
  scored: readonly Scored<E>[],
  input: RankInput,
): { readonly order: readonly Scored<E>[]; readonly reason: string | null } {
  const order: Scored<E>[] = [];
  let reason: string | null = null;
  let left = scored;
  while (left.length > 0) {
    const best = Math.max(...left.map(({ score }) => score));
    const level = left.filter(({ score }) => best - score <= TIE_SHARE * best);
    const picked = pick(level, input);
    reason ??= left.length === 1 ? 'the only candidate' : picked.reason;
    order.push(picked.scored);
    left = left.filter((one) => one !== picked.scored);
  }
  return { order, reason };
}

/** Chooses among level scores; there is at least one. */
function pick<E extends RouteEndpoint>(
  level: readonly Scored<E>[],
  { seed, lastUsed }: RankInput,
): { readonly scored: Scored<E>; readonly reason: string } {
  const priority = Math.min(...level.map(({ candidate }) => candidate.priority));
  const first = level.filter(({ candidate }) => candidate.priority === priority);
  const drawn = first
    .map((scored) => ({ scored, lot: lotOf(scored.candidate.weight, seed, scored.candidate.name) }))
    .sort(
      (a, b) =>
        compareLots(a.lot, b.lot) || (a.scored.candidate.name < b.scored.candidate.name ? -1 : 1),
    );
  const last = first.find(({ candidate }) => candidate.name === lastUsed);
  const scored = last ?? drawn[0]?.scored;
  invariant(scored !== undefined, 'There is a candidate to pick.');
  return { scored, reason: reasonOf(level.length, first.length, last !== undefined) };
}

function reasonOf(level: number, first: number, isLast: boolean): string {
  if (level === 1) return 'the best score';
  if (first === 1) return 'level scores: the smallest priority number';
  return isLast ? 'level scores: used last by this caller' : 'level scores: drawn by weight';
}
