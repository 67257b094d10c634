/** Health of an endpoint, as its circuit breaker sees it. */
export type EndpointHealth = 'ok' | 'degraded' | 'unavailable';

/** What routing knows of one endpoint at the instant of a request. */
export interface RouteEndpoint {
  readonly id: string;
  /** Slug of the provider. */
  readonly provider: string;
  readonly model: string;
  readonly region: string | null;
  /** Comparable price, nano per million tokens; null = unpriced, which is never silently free. */
  readonly priceNano: bigint | null;
  /** Median time to the first byte, ms; null = not measured of late. */
  readonly latencyMs: number | null;
  /** Grams of CO₂e per 1,000 tokens; null = nothing honest can be said. */
  readonly carbonGrams: number | null;
  readonly health: EndpointHealth;
  /** Whether its circuit waits for a probe: it competes as if it were healthy, and one request finds out. */
  readonly probe: boolean;
  /** Smaller is tried first, within a candidate and among candidates whose scores are level. */
  readonly priority: number;
  /** Share of the requests among equals, > 0; 0 is tried only after all others of its priority. */
  readonly weight: number;
  /** Why this request cannot go there whatever is wished (a missing capability); null = it can. */
  readonly unable: string | null;
}

/** Endpoints of one provider, model, region, price and carbon: what a policy can tell apart. */
export interface RouteCandidate<E extends RouteEndpoint> {
  /** The same for the same provider, model, region, price and carbon. */
  readonly name: string;
  /** Ordered by id. */
  readonly endpoints: readonly E[];
  readonly priceNano: bigint;
  /** Mean of the endpoints that were measured. */
  readonly latencyMs: number | null;
  readonly carbonGrams: number | null;
  /** That of the healthiest endpoint. */
  readonly health: EndpointHealth;
  /** The smallest of its endpoints. */
  readonly priority: number;
  /** The sum of its endpoints. */
  readonly weight: number;
}

/** An endpoint that may be tried, with its price known. */
interface Priced<E> {
  readonly endpoint: E;
  readonly priceNano: bigint;
}

/** Puts endpoints together that a policy cannot tell apart. Unpriced ones are left out. */
export function candidatesOf<E extends RouteEndpoint>(
  endpoints: readonly E[],
): RouteCandidate<E>[] {
  const byName = new Map<string, Priced<E>[]>();
  for (const endpoint of endpoints) {
    const { priceNano } = endpoint;
    if (priceNano === null) continue;
    const name = nameOf(endpoint);
    const list = byName.get(name);
    if (list === undefined) byName.set(name, [{ endpoint, priceNano }]);
    else list.push({ endpoint, priceNano });
  }
  return [...byName].map(([name, list]) => together(name, list));
}

/** The candidate an endpoint belongs to. */
export function nameOf(endpoint: RouteEndpoint): string {
  const { provider, model, region, priceNano, carbonGrams } = endpoint;
  // The region, an operator's free text, stands last: nothing after it could be mistaken for a part of it.
  const place = region === null ? '' : `=${region}`;
  return `${provider} ${model} ${String(priceNano)} ${String(carbonGrams)} ${place}`;
}

function together<E extends RouteEndpoint>(
  name: string,
  list: readonly Priced<E>[],
): RouteCandidate<E> {
  const endpoints = list.map(({ endpoint }) => endpoint).sort((a, b) => (a.id < b.id ? -1 : 1));
  const measured = endpoints.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
  let priceNano = 0n;
  let carbonGrams: number | null = null;
  for (const one of list) {
    priceNano = one.priceNano;
    carbonGrams = one.endpoint.carbonGrams;
  }
  return {
    name,
    endpoints,
    priceNano,
    latencyMs:
      measured.length === 0 ? null : measured.reduce((sum, ms) => sum + ms, 0) / measured.length,
    carbonGrams,
    health: endpoints.some(isAsHealthy) ? 'ok' : 'degraded',
    priority: Math.min(...endpoints.map(({ priority }) => priority)),
    weight: endpoints.reduce((sum, { weight }) => sum + weight, 0),
  };
}

function isAsHealthy({ health, probe }: RouteEndpoint): boolean {
  return health === 'ok' || probe;
}
