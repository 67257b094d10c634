/**
 * From a catalogue's prices to price versions. Three rules: nothing is ever priced below what a provider may bill
 * (a class without a price of its own is billed as plain input, hidden output at its own price, prices that depend
 * on the hour at the dearest hour); a price that begins later is a version of its own; and what the price table
 * cannot say (hours of audio, pages) makes the model unpriced instead of free.
 */
import type { ModelInfo, ModelPrice, TieredPrices } from '@pydantic/genai-prices';
import { priceNano } from './decimal.js';
import type { PlannedClassPrices, PlannedPrice, PlannedVersion } from './planned.types.js';

const REQUESTS_PER_PRICE = 1_000n;

/** The price of `now` and those that begin later; null = the catalogue has none that the price table can hold. */
export function planVersions(
  prices: ModelInfo['prices'],
  now: Date,
  rateNano: bigint,
): PlannedVersion[] | null {
  if (!Array.isArray(prices)) {
    const price = planPrice(prices, rateNano);
    return price === null ? null : [{ startsAt: null, price }];
  }
  let today: PlannedVersion | null = null;
  const hourly: PlannedPrice[] = [];
  const later: PlannedVersion[] = [];
  for (const { constraint, prices: figures } of prices) {
    const price = planPrice(figures, rateNano);
    if (price === null) continue;
    if (constraint?.type === 'time_of_date') {
      hourly.push(price);
      continue;
    }
    const startsAt = constraint === undefined ? null : new Date(`${constraint.start_date}T00:00Z`);
    if (startsAt !== null && startsAt > now) later.push({ startsAt, price });
    else if ((startsAt?.getTime() ?? 0) >= (today?.startsAt?.getTime() ?? 0)) {
      today = { startsAt, price };
    }
  }
  const current = hourly.reduce<PlannedPrice | null>(dearer, today?.price ?? null);
  if (current === null) return null;
  later.sort((a, b) => Number(a.startsAt) - Number(b.startsAt));
  return [{ startsAt: null, price: current }, ...later];
}

/** One set of figures; null = not priced by tokens. */
function planPrice(figures: ModelPrice, rateNano: bigint): PlannedPrice | null {
  if (figures['input_mtok'] === undefined) return null;
  const requests = figures['requests_kcount'];
  const starts = new Set<number>();
  for (const figure of Object.values(figures)) {
    if (isTiered(figure)) for (const tier of figure.tiers) starts.add(tier.start);
  }
  return {
    ...classPrices(figures, rateNano, null),
    requestNano:
      typeof requests === 'number' ? priceNano(requests, rateNano) / REQUESTS_PER_PRICE : null,
    tiers: [...starts]
      .sort((a, b) => a - b)
      .map((start) => ({ aboveTokens: start, ...classPrices(figures, rateNano, start) })),
  };
}

/** The classes' prices for prompts just above `start` tokens; null = for short ones. */
function classPrices(
  figures: ModelPrice,
  rateNano: bigint,
  start: number | null,
): PlannedClassPrices {
  const given = (name: string): bigint | null => {
    const figure = figures[name];
    if (figure === undefined) return null;
    return priceNano(isTiered(figure) ? tierOf(figure, start) : figure, rateNano);
  };
  const input = given('input_mtok') ?? 0n;
  const output = given('output_mtok') ?? 0n;
  const reasoning = given('output_reasoning_mtok') ?? 0n;
  const write = given('cache_write_5m_mtok') ?? given('cache_write_mtok');
  return {
    inputNano: input,
    outputNano: reasoning > output ? reasoning : output,
    cacheReadNano: given('cache_read_mtok') ?? input,
    cacheWrite5mNano: write ?? input,
    cacheWrite1hNano: given('cache_write_1h_mtok') ?? (write === null ? input : null),
  };
}

function tierOf(price: TieredPrices, start: number | null): number {
  let found = price.base;
  let foundStart = -1;
  for (const tier of price.tiers) {
    if (start !== null && tier.start <= start && tier.start > foundStart) {
      found = tier.price;
      foundStart = tier.start;
    }
  }
  return found;
}

function isTiered(figure: number | TieredPrices | undefined): figure is TieredPrices {
  return typeof figure === 'object';
}

/** Class by class the dearer of two prices, for prices that depend on the hour. */
function dearer(a: PlannedPrice | null, b: PlannedPrice): PlannedPrice {
  if (a === null) return b;
  return {
    inputNano: max(a.inputNano, b.inputNano),
    outputNano: max(a.outputNano, b.outputNano),
    cacheReadNano: max(a.cacheReadNano, b.cacheReadNano),
    cacheWrite5mNano: max(a.cacheWrite5mNano, b.cacheWrite5mNano),
    cacheWrite1hNano:
      a.cacheWrite1hNano === null || b.cacheWrite1hNano === null
        ? null
        : max(a.cacheWrite1hNano, b.cacheWrite1hNano),
    requestNano:
      a.requestNano === null || b.requestNano === null
        ? (a.requestNano ?? b.requestNano)
        : max(a.requestNano, b.requestNano),
    tiers: a.tiers.length > 0 ? a.tiers : b.tiers,
  };
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
