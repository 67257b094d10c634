/** Health of an endpoint, as its circuit breaker sees it. */
export type EndpointHealth = 'ok' | 'degraded' | 'unavailable';

/** What the order of candidates depends on. */
export interface Candidate {
  /** Smaller is tried first. */
  readonly priority: number;
  /** Share of the requests among candidates of one priority, > 0; 0 is tried only after all others of its priority. */
  readonly weight: number;
  readonly health: EndpointHealth;
}
