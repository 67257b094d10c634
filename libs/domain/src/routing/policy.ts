/** What a routing policy weighs, and by how much. */

/** How candidates are compared. The last two also filter: by region and by provider. */
export const ROUTING_POLICIES = [
  'balanced',
  'prefer-cheapest',
  'prefer-low-carbon',
  'prefer-fastest',
  'prefer-region',
  'fixed-provider',
] as const;
export type RoutingPolicy = (typeof ROUTING_POLICIES)[number];

/** Used where nobody chose one. */
export const DEFAULT_POLICY: RoutingPolicy = 'balanced';

/** What a score is made of. */
export type ScoreTerm = 'price' | 'latency' | 'carbon' | 'health';
export const SCORE_TERMS: readonly ScoreTerm[] = ['price', 'latency', 'carbon', 'health'];

/** Shares of the terms in a score; their sum is 1. */
export type PolicyWeights = Readonly<Record<ScoreTerm, number>>;

const BALANCED: PolicyWeights = { price: 0.35, latency: 0.35, carbon: 0.15, health: 0.15 };

/** The weights of each policy; a policy that filters compares what is left as `balanced` does. */
export const POLICY_WEIGHTS: Readonly<Record<RoutingPolicy, PolicyWeights>> = {
  balanced: BALANCED,
  'prefer-cheapest': { price: 0.8, latency: 0.1, carbon: 0, health: 0.1 },
  'prefer-low-carbon': { price: 0.15, latency: 0.15, carbon: 0.6, health: 0.1 },
  'prefer-fastest': { price: 0.1, latency: 0.8, carbon: 0, health: 0.1 },
  'prefer-region': BALANCED,
  'fixed-provider': BALANCED,
};
