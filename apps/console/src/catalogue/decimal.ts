import { divHalfUp } from '@weir/units';

/** A number as JSON and catalogues write it. */
const DECIMAL = /^(\d+)(?:\.(\d+))?(?:e([+-]\d{1,3}))?$/;

/**
 * A price of a catalogue in nano of the ledger currency. The number's own decimal digits are read, never its binary
 * value; then it is converted at `rateNano` (nano of the ledger currency per unit of the catalogue's) and rounded
 * half up once.
 *
 * @throws RangeError for what is no price: negative, infinite, not a number
 */
export function priceNano(amount: number, rateNano: bigint): bigint {
  const match = DECIMAL.exec(String(amount));
  if (match === null) throw new RangeError(`${String(amount)} is no price.`);
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction) * rateNano;
  // The rate is in nano already: only the number's own decimals are left to divide by.
  const scale = Number(exponent) - fraction.length;
  return scale >= 0 ? digits * 10n ** BigInt(scale) : divHalfUp(digits, 10n ** BigInt(-scale));
}
