import { z } from 'zod';

/** Slug of the simulated provider: its answers are made up, so routing by policy prefers any real one. */
export const SANDBOX_PROVIDER = 'sandbox';

/** How endpoints are compared (decisions §7); equal to the domain's list, which a type asserts. */
export const routingPolicy = z.enum([
  'balanced',
  'prefer-cheapest',
  'prefer-low-carbon',
  'prefer-fastest',
  'prefer-region',
  'fixed-provider',
]);

const fields = {
  policy: routingPolicy.nullable(),
  /** Slug of the provider to use. */
  provider: z.string().min(1).max(100).nullable(),
  region: z.string().min(1).max(100).nullable(),
  /** true: other regions and providers may serve when the wished ones cannot; false: no second endpoint is tried. */
  fallback: z.boolean().nullable(),
  prefer_low_carbon: z.boolean().nullable(),
};
const optional = z.object(fields).partial().shape;

/** The `route` member of a request: each absent member is taken from the key, then the account. */
export const routeObject = z.strictObject(optional);
export type RouteObject = z.infer<typeof routeObject>;

/** Routing as a key or an account sets it. Complete in itself: a policy comes with what it needs. */
export const routingOverride = routeObject.superRefine((value, context) => {
  if (value.policy === 'prefer-region' && (value.region ?? null) === null) {
    const message = 'The policy prefer-region needs a region.';
    context.addIssue({ code: 'custom', path: ['region'], message });
  }
  if (value.policy === 'fixed-provider' && (value.provider ?? null) === null) {
    const message = 'The policy fixed-provider needs a provider.';
    context.addIssue({ code: 'custom', path: ['provider'], message });
  }
});
export type RoutingOverride = z.infer<typeof routingOverride>;

/** GET and PUT /api/routing: how the account's requests are routed where neither request nor key says otherwise. */
export const routingView = z.object(fields);
export type RoutingView = z.infer<typeof routingView>;
