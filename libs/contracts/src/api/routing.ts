import { z } from 'zod';
import { routingTrace } from './requests.js';

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

/** POST /api/routing/simulate: where a request would go. */
export const simulateRoutingBody = z.strictObject({
  /** A model, or a pseudo-model such as weir/auto. */
  model: z.string().min(1).max(300),
  /** One of the account's keys: its wishes, pin and models count. Absent = a key without any. */
  key: z.uuid().optional(),
  route: routeObject.optional(),
  /** What the request needs of its model; looked at for pseudo-models, as for requests. */
  needs: z
    .strictObject({
      tools: z.boolean().default(false),
      images: z.boolean().default(false),
      audio: z.boolean().default(false),
      files: z.boolean().default(false),
      json: z.boolean().default(false),
      reasoning: z.boolean().default(false),
      context_tokens: z.number().int().min(0).max(100_000_000).default(0),
    })
    .optional(),
  /** Settles draws among level scores: the same seed gives the same answer. */
  seed: z.number().int().min(0).max(2_147_483_647).default(0),
});
export type SimulateRoutingBody = z.infer<typeof simulateRoutingBody>;

/** What would be picked and why, with everything that was considered; `picked` null = nothing can serve it. */
export const simulatedRouting = routingTrace.omit({ attempts: true });
export type SimulatedRouting = z.infer<typeof simulatedRouting>;
