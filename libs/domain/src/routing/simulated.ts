import type { RouteEndpoint } from './candidate.js';

/**
 * Marks what a simulated provider serves as unable where a real one could do it, healthy or not: a pseudo-model never
 * answers with a simulation in place of a model. The very same list where there is nothing real.
 */
export function withoutSimulation<E extends RouteEndpoint>(
  pool: readonly E[],
  simulatedProvider: string,
): readonly E[] {
  const isSimulated = (endpoint: E): boolean => endpoint.provider === simulatedProvider;
  const isReal = (endpoint: E): boolean =>
    !isSimulated(endpoint) && endpoint.unable === null && endpoint.priceNano !== null;
  if (!pool.some(isReal)) return pool;
  return pool.map((endpoint) =>
    isSimulated(endpoint) && endpoint.unable === null
      ? { ...endpoint, unable: 'simulated' }
      : endpoint,
  );
}
