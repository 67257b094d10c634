/**
 * A price version: nano per **million** tokens of each class, so that a cost is one multiplication and one division.
 * Cache prices that are not given follow from the input price by the usual multipliers.
 */
import type { Factor, Nano } from '@weir/units';
import { divHalfUp, FACTOR_ONE, FACTOR_SCALE, nano, NANO_PER_UNIT } from '@weir/units';

/** Prices of the token classes, nano per million tokens, ≥ 0. */
export interface ClassPrices {
  readonly input: Nano;
  /** `null`: × 0.10 of `input`. */
  readonly cacheRead: Nano | null;
  /** `null`: × 1.25 of `input`. */
  readonly cacheWrite5m: Nano | null;
  /** `null`: × 2.00 of `input`. */
  readonly cacheWrite1h: Nano | null;
  readonly output: Nano;
}

/** What a request costs whose prompt is longer than so many tokens. */
export interface PriceTier extends ClassPrices {
  /** Prompt tokens, all classes together, above which the tier holds for the whole request; > 0. */
  readonly abovePromptTokens: number;
}

/** One effective-dated price of a model at an endpoint. */
export interface Price extends ClassPrices {
  /** Id of the price version, stored on every row it prices. */
  readonly versionId: string;
  /** Nano per request, added once; `null`: none. */
  readonly request: Nano | null;
  /** Prices of longer prompts, by rising `abovePromptTokens`; absent = one price for all. Never empty. */
  readonly tiers?: readonly PriceTier[];
}

interface CompleteClassPrices extends ClassPrices {
  readonly cacheRead: Nano;
  readonly cacheWrite5m: Nano;
  readonly cacheWrite1h: Nano;
}

/** A tier whose gaps are filled. */
export type CompletePriceTier = PriceTier & CompleteClassPrices;

/** A price whose gaps are filled: every class has its own figure, nano per million tokens (`request`: per request). */
export interface CompletePrice extends CompleteClassPrices {
  readonly versionId: string;
  readonly request: Nano;
  readonly tiers?: readonly CompletePriceTier[];
}

/** Tokens a price is quoted for. */
export const TOKENS_PER_PRICE = 1_000_000n;

/** Hundredths of the input price that a cache class costs where no price is given. */
export const DEFAULT_CACHE_PERCENT = { cacheRead: 10n, cacheWrite5m: 125n, cacheWrite1h: 200n };

/** Fills the gaps of a price by the default multipliers. Do it once when a price is loaded, not per request. */
export function completePrice(price: Price): CompletePrice {
  const { versionId, request, tiers } = price;
  const complete = { versionId, ...withoutGaps(price), request: request ?? nano(0n) };
  if (tiers === undefined) return complete;
  return {
    ...complete,
    tiers: tiers.map((tier) => ({
      abovePromptTokens: tier.abovePromptTokens,
      ...withoutGaps(tier),
    })),
  };
}

function withoutGaps(prices: ClassPrices): CompleteClassPrices {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = prices;
  const ofInput = (percent: bigint): Nano => nano(divHalfUp(input * percent, 100n));
  return {
    input,
    cacheRead: cacheRead ?? ofInput(DEFAULT_CACHE_PERCENT.cacheRead),
    cacheWrite5m: cacheWrite5m ?? ofInput(DEFAULT_CACHE_PERCENT.cacheWrite5m),
    cacheWrite1h: cacheWrite1h ?? ofInput(DEFAULT_CACHE_PERCENT.cacheWrite1h),
    output,
  };
}

/** The price a tier of accounts pays: each figure × its factor, half up. The list price's gaps are filled first. */
export function priceForTier(price: Price, tierFactor: Factor): CompletePrice {
  const complete = completePrice(price);
  if (tierFactor === FACTOR_ONE) return complete;
  const scaled = (amount: Nano): Nano =>
    nano(divHalfUp(amount * BigInt(tierFactor), BigInt(FACTOR_SCALE)));
  const allScaled = (prices: CompleteClassPrices): CompleteClassPrices => ({
    input: scaled(prices.input),
    cacheRead: scaled(prices.cacheRead),
    cacheWrite5m: scaled(prices.cacheWrite5m),
    cacheWrite1h: scaled(prices.cacheWrite1h),
    output: scaled(prices.output),
  });
  const { versionId, request, tiers } = complete;
  const paid = { versionId, ...allScaled(complete), request: scaled(request) };
  if (tiers === undefined) return paid;
  return {
    ...paid,
    tiers: tiers.map((tier) => ({
      abovePromptTokens: tier.abovePromptTokens,
      ...allScaled(tier),
    })),
  };
}

/** What one token costs where a model has no price: the admin's token price and the rate to the ledger currency. */
export interface TokenPrice {
  /** Id of the version of the token price. */
  readonly version: bigint;
  /** Nano EUR per token. */
  readonly priceNanoEur: Nano;
  /** Nano of the ledger currency per EUR, > 0. */
  readonly ledgerRateNano: bigint;
}

/**
 * The price under the policy `token-price` for models without one: every token costs the token price, converted
 * at the rate that was stated with it and rounded half up once per million tokens. Its version is below zero, which
 * tells rows so charged from all others.
 */
export function flatTokenPrice({
  version,
  priceNanoEur,
  ledgerRateNano,
}: TokenPrice): CompletePrice {
  const perMillion = nano(
    divHalfUp(priceNanoEur * TOKENS_PER_PRICE * ledgerRateNano, NANO_PER_UNIT),
  );
  return {
    versionId: (-version).toString(),
    input: perMillion,
    cacheRead: perMillion,
    cacheWrite5m: perMillion,
    cacheWrite1h: perMillion,
    output: perMillion,
    request: nano(0n),
  };
}
