import { routeObject, type RouteObject } from '@weir/contracts';
import type { RouteOptions, RoutingLevel } from '@weir/domain';
import type { LoadedKey } from './load-key.js';

/** No wish at all. */
export const NO_WISHES: RouteOptions = {
  policy: null,
  provider: null,
  region: null,
  fallback: null,
  preferLowCarbon: null,
};

/** The wishes of a `route` object: what it does not name, it does not wish. */
export function routeOptionsOf(route: RouteObject): RouteOptions {
  return {
    policy: route.policy ?? null,
    provider: route.provider ?? null,
    region: route.region ?? null,
    fallback: route.fallback ?? null,
    preferLowCarbon: route.prefer_low_carbon ?? null,
  };
}

/** Wishes of a key and its account as they are stored, strongest first; what does not fit any more is no wish. */
export function storedRouting(
  key: Pick<LoadedKey, 'routing' | 'accountRouting' | 'preferLowCarbon'>,
): readonly RoutingLevel[] {
  const levels: RoutingLevel[] = [];
  const ofKey = stored(key.routing);
  if (ofKey !== null) levels.push({ source: 'key', options: ofKey });
  if (key.preferLowCarbon) {
    levels.push({ source: 'key', options: { ...NO_WISHES, preferLowCarbon: true } });
  }
  const ofAccount = stored(key.accountRouting);
  if (ofAccount !== null) levels.push({ source: 'account', options: ofAccount });
  return levels;
}

function stored(value: unknown): RouteOptions | null {
  const parsed = routeObject.nullish().safeParse(value);
  return parsed.success && parsed.data != null ? routeOptionsOf(parsed.data) : null;
}
