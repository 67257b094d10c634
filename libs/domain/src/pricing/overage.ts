/**
 * What a customer is charged when a request cost more than was held for it (an upstream that ignored our bound,
 * a provider that counts tokens differently): at most the hold + X; the operator bears the rest.
 */
import type { Nano } from '@weir/units';
import { nano } from '@weir/units';

/** X is at least this, nano: 0.01 unit. */
export const OVERAGE_FLOOR_NANO = nano(10_000_000n);

/** X as a divisor of the hold: 1/20 = 5 %. */
export const OVERAGE_HOLD_DIVISOR = 20n;

/** How a cost is shared out. `chargedNano + absorbedNano` = the cost. */
export interface CostShare {
  readonly chargedNano: Nano;
  readonly absorbedNano: Nano;
  /** Whether the cost was above the hold; the row is flagged. */
  readonly overage: boolean;
}

/** X, the most that may be charged beyond a hold, nano. */
export function overageMaxNano(holdNano: Nano): Nano {
  const share = holdNano / OVERAGE_HOLD_DIVISOR;
  return share > OVERAGE_FLOOR_NANO ? nano(share) : OVERAGE_FLOOR_NANO;
}

/** Shares a request's cost between the customer and the operator. `holdNano` is the bound held for it. */
export function shareCost(costNano: Nano, holdNano: Nano): CostShare {
  if (costNano <= holdNano) {
    return { chargedNano: costNano, absorbedNano: nano(0n), overage: false };
  }
  const limit = holdNano + overageMaxNano(holdNano);
  const charged = costNano < limit ? costNano : limit;
  return { chargedNano: nano(charged), absorbedNano: nano(costNano - charged), overage: true };
}
