import type { WeirConfig } from '@weir/platform';
import { GATEWAY_LIMITS, type GatewayLimits } from '../limits.js';

/** Settings of this process, injected by their class. */
export class GatewayConfig {
  readonly limits: GatewayLimits;

  constructor(
    readonly weir: WeirConfig,
    limits: Partial<GatewayLimits> = {},
  ) {
    this.limits = { ...GATEWAY_LIMITS, inFlightMax: weir.maxInFlight, ...limits };
  }
}
