/**
 * The order in which the endpoints of one candidate are tried: unavailable ones are left out; then priority; within a
 * priority healthy before degraded; within those a weighted draw without replacement, so that an endpoint of weight 3
 * comes first three times as often as one of weight 1. The draw is seeded by endpoint: the same seed gives the same
 * order, in whatever order the endpoints are given.
 */
import type { RouteEndpoint } from './candidate.js';
import { compareLots, lotOf } from './seeded-lots.js';

/** What the order within a candidate depends on. */
export type Orderable = Pick<RouteEndpoint, 'id' | 'health' | 'probe' | 'priority' | 'weight'>;

/** Endpoints in the order to try them, best first; empty when none is available. */
export function orderCandidates<E extends Orderable>(endpoints: readonly E[], seed: number): E[] {
  const drawn = endpoints
    .filter((endpoint) => endpoint.health !== 'unavailable')
    .map((endpoint) => ({ endpoint, lot: lotOf(endpoint.weight, seed, endpoint.id) }));
  drawn.sort(
    (left, right) =>
      left.endpoint.priority - right.endpoint.priority ||
      healthRank(left.endpoint) - healthRank(right.endpoint) ||
      compareLots(left.lot, right.lot) ||
      (left.endpoint.id < right.endpoint.id ? -1 : 1),
  );
  return drawn.map(({ endpoint }) => endpoint);
}

/** One that waits for its probe counts as healthy: it gets a single request, and the draw decides which. */
function healthRank({ health, probe }: Orderable): number {
  return health === 'ok' || probe ? 0 : 1;
}
