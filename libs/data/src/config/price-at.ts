import type { CatalogClassPrices, CatalogPrice, CatalogTokenPrice } from './load-catalog.js';
import {
  flatTokenPrice,
  priceForTier,
  type ClassPrices,
  type CompletePrice,
  type Price,
} from '@weir/domain';
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

/** What a tier of accounts pays, every class filled in. */
export function pricedFor(price: CatalogPrice, tierFactor: Factor): CompletePrice {
  const { version, requestNano, tiers } = price;
  const listed: Price = {
    versionId: version.toString(),
    ...classPricesOf(price),
    request: optional(requestNano),
  };
  if (tiers.length === 0) return priceForTier(listed, tierFactor);
  const long = tiers.map((tier) => ({
    abovePromptTokens: tier.aboveTokens,
    ...classPricesOf(tier),
  }));
  return priceForTier({ ...listed, tiers: long }, tierFactor);
}

function classPricesOf(prices: CatalogClassPrices): ClassPrices {
  return {
    input: nano(prices.inputNano),
    cacheRead: optional(prices.cacheReadNano),
    cacheWrite5m: optional(prices.cacheWrite5mNano),
    cacheWrite1h: optional(prices.cacheWrite1hNano),
    output: nano(prices.outputNano),
  };
}

/**
 * What a model without a price costs under the policy `token-price`; null = nothing that was valid then could be
 * charged: no rate was stated, or the token price is 0, which would be free in silence.
 */
export function tokenPriceAt(
  prices: readonly CatalogTokenPrice[],
  nowMs: number,
  tierFactor: Factor,
): CompletePrice | null {
  let valid: CatalogTokenPrice | null = null;
  for (const price of prices) if (price.validFromMs <= nowMs) valid = price;
  if (valid === null || valid.ledgerRateNano === null) return null;
  const { version, ledgerRateNano } = valid;
  const priceNanoEur = nano(valid.priceNano);
  const price = priceForTier(flatTokenPrice({ version, priceNanoEur, ledgerRateNano }), tierFactor);
  return price.input === 0n ? null : price;
}

function optional(amount: bigint | null): Nano | null {
  return amount === null ? null : nano(amount);
}
