import type { RoutingOverride, RoutingView } from '@weir/contracts';

/** Every member; null = no wish. */
export const toRoutingView = (stored: RoutingOverride | null): RoutingView => ({
  policy: stored?.policy ?? null,
  provider: stored?.provider ?? null,
  region: stored?.region ?? null,
  fallback: stored?.fallback ?? null,
  prefer_low_carbon: stored?.prefer_low_carbon ?? null,
});
