/**
 * Whose wish counts. A request, its key and its account may each say how to route; every member is taken from the
 * first of them that gives it, so that a request can ask for a region and still be routed by its account's policy.
 * A key's region pin is not among these wishes: it is a right withheld, and nothing here can widen it.
 */
import { DEFAULT_POLICY, type RoutingPolicy } from './policy.js';

/** How to route, as one level wishes; null = no wish. */
export interface RouteOptions {
  readonly policy: RoutingPolicy | null;
  /** Slug of the provider to use. */
  readonly provider: string | null;
  readonly region: string | null;
  /**
   * `true`: endpoints outside the wished region or provider may serve when those inside cannot. `false`: one endpoint
   * is tried and no other. Null: another endpoint may be tried, inside the wishes only.
   */
  readonly fallback: boolean | null;
  readonly preferLowCarbon: boolean | null;
}

/** Who may wish, strongest first. A pseudo-model's name is the request's own word, after its `route` object. */
export type RoutingSource = 'request' | 'model' | 'key' | 'account' | 'default';

/** One level's wishes. */
export interface RoutingLevel {
  readonly source: RoutingSource;
  readonly options: RouteOptions;
}

/** How a request is routed. */
export interface Routing {
  readonly policy: RoutingPolicy;
  /** Who chose the policy. */
  readonly source: RoutingSource;
  readonly provider: string | null;
  readonly region: string | null;
  readonly fallback: boolean | null;
}

/** A wish that cannot be followed, naming its member. */
export interface RoutingProblem {
  readonly param: 'region' | 'provider';
  readonly message: string;
}

/** Joins the levels, strongest first. */
export function resolveRouting(levels: readonly RoutingLevel[]): Routing {
  const { policy, source } = policyOf(levels);
  return {
    policy,
    source,
    provider: firstOf(levels, (options) => options.provider),
    region: firstOf(levels, (options) => options.region),
    fallback: firstOf(levels, (options) => options.fallback),
  };
}

/** What a policy needs and was not given, or null. */
export function routingProblem(routing: {
  readonly policy: RoutingPolicy | null;
  readonly provider: string | null;
  readonly region: string | null;
}): RoutingProblem | null {
  if (routing.policy === 'prefer-region' && routing.region === null) {
    return { param: 'region', message: 'The policy "prefer-region" needs a `region`.' };
  }
  if (routing.policy === 'fixed-provider' && routing.provider === null) {
    return { param: 'provider', message: 'The policy "fixed-provider" needs a `provider`.' };
  }
  return null;
}

/** A level that does not want low carbon preferred also keeps weaker levels from preferring it. */
function policyOf(levels: readonly RoutingLevel[]): Pick<Routing, 'policy' | 'source'> {
  let isRefused = false;
  for (const { source, options } of levels) {
    const wished = options.policy ?? (options.preferLowCarbon === true ? LOW_CARBON : null);
    if (wished !== null && !(isRefused && wished === LOW_CARBON)) return { policy: wished, source };
    if (options.preferLowCarbon === false) isRefused = true;
  }
  return { policy: DEFAULT_POLICY, source: 'default' };
}

const LOW_CARBON = 'prefer-low-carbon';

function firstOf<T>(
  levels: readonly RoutingLevel[],
  member: (options: RouteOptions) => T | null,
): T | null {
  for (const { options } of levels) {
    const value = member(options);
    if (value !== null) return value;
  }
  return null;
}
