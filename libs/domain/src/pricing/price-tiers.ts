/**
 * Prices that depend on the prompt's size: above a number of prompt tokens (all classes together) the *whole*
 * request, output included, is billed at the tier's figures. So a request has one price, looked up once its usage
 * is known; before that, every tier its prompt can reach is possible, and a hold covers the dearest of them.
 */
import type { Usage } from '../usage/usage.js';
import { promptTokens } from '../usage/usage.js';
import type { CompletePrice, CompletePriceTier } from './price.js';

/** The price of a request with this many prompt tokens: the last tier they lie above, else the price itself. */
export function priceOfPrompt(price: CompletePrice, prompt: number): CompletePrice {
  if (price.tiers === undefined) return price;
  let reached: CompletePriceTier | null = null;
  for (const tier of price.tiers) if (prompt > tier.abovePromptTokens) reached = tier;
  return reached === null ? price : tierPrice(price, reached);
}

/** The price that a usage is billed at. */
export function priceOfUsage(price: CompletePrice, usage: Usage): CompletePrice {
  return price.tiers === undefined ? price : priceOfPrompt(price, promptTokens(usage));
}

/** A price that a prompt within a bound can reach, and the most prompt tokens it is billed for. */
export interface ReachablePrice {
  readonly price: CompletePrice;
  readonly promptTokensMax: number;
}

/** Every price that a prompt of at most `promptTokensMax` tokens can have. */
export function reachablePrices(price: CompletePrice, promptTokensMax: number): ReachablePrice[] {
  const tiers = (price.tiers ?? []).filter((tier) => promptTokensMax > tier.abovePromptTokens);
  return [price, ...tiers.map((tier) => tierPrice(price, tier))].map((reachable, i) => ({
    price: reachable,
    promptTokensMax: tiers[i]?.abovePromptTokens ?? promptTokensMax,
  }));
}

function tierPrice({ versionId, request }: CompletePrice, tier: CompletePriceTier): CompletePrice {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = tier;
  return { versionId, request, input, cacheRead, cacheWrite5m, cacheWrite1h, output };
}
