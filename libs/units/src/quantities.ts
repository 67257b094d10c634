/**
 * Physical and counted quantities. Tokens are exact; energy and carbon are estimates and therefore floats, which
 * always travel as a range with the method that made them.
 */

declare const tokensBrand: unique symbol;
declare const wattHoursBrand: unique symbol;
declare const gramsCo2eBrand: unique symbol;

/** A count of tokens: an integer ≥ 0. */
export type Tokens = number & { readonly [tokensBrand]: 'tokens' };

/** Electrical energy in watt-hours, ≥ 0. */
export type WattHours = number & { readonly [wattHoursBrand]: 'watt-hours' };

/** Greenhouse gas in grams of CO₂ equivalent, ≥ 0. */
export type GramsCo2e = number & { readonly [gramsCo2eBrand]: 'grams-co2e' };

/** Marks a count of tokens; throws a RangeError unless it is an integer from 0 to 2⁵³ − 1. */
export function tokens(count: number): Tokens {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`A count of tokens is an integer of at least 0, not ${count}.`);
  }
  return count as Tokens;
}

/** Marks an energy in watt-hours; throws a RangeError unless it is finite and ≥ 0. */
export function wattHours(energyWh: number): WattHours {
  assertQuantity(energyWh, 'watt-hours');
  return energyWh as WattHours;
}

/** Marks a mass in grams of CO₂ equivalent; throws a RangeError unless it is finite and ≥ 0. */
export function gramsCo2e(carbonGramsCo2e: number): GramsCo2e {
  assertQuantity(carbonGramsCo2e, 'grams of CO2e');
  return carbonGramsCo2e as GramsCo2e;
}

function assertQuantity(value: number, unit: string): void {
  if (!Number.isFinite(value) || value < 0) {
    throw new RangeError(`A quantity of ${unit} is a finite number of at least 0, not ${value}.`);
  }
}
