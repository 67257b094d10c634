import type { CatalogPrice } from '@weir/data';
import { priceForTier, type CompletePrice } from '@weir/domain';
import { nano, type Factor, type Nano } from '@weir/units';

/**
 * The version valid at an instant for one endpoint: its own, else the model's. `prices` is ordered oldest
 * first; null = none is valid, the model is unpriced.
 */
export function priceAt(
  prices: readonly CatalogPrice[],
  endpointId: string,
  nowMs: number,
): CatalogPrice | null {
  let own: CatalogPrice | null = null;
  let general: CatalogPrice | null = null;
  for (const price of prices) {
    if (price.validFromMs > nowMs) continue;
    if (price.endpoint === endpointId) own = price;
    else if (price.endpoint === null) general = price;
  }
  return own ?? general;
}

/** What a tier pays, every class filled in. */
export function pricedFor(price: CatalogPrice, tierFactor: Factor): CompletePrice {
  return priceForTier(
    {
      versionId: price.version.toString(),
      input: nano(price.inputNano),
      cacheRead: optional(price.cacheReadNano),
      cacheWrite5m: optional(price.cacheWrite5mNano),
      cacheWrite1h: optional(price.cacheWrite1hNano),
      output: nano(price.outputNano),
      request: optional(price.requestNano),
    },
    tierFactor,
  );
}

function optional(amount: bigint | null): Nano | null {
  return amount === null ? null : nano(amount);
}
