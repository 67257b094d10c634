/**
 * Money: `bigint` nano, 10⁻⁹ of the installation's currency; a decimal string in JSON; never a float.
 * The range is that of a PostgreSQL `bigint` column, about ±9.2 billion units, so that what parses can also be stored.
 */

declare const nanoBrand: unique symbol;

/** An amount of money in nano units of the installation's currency (1 unit = 10⁹ nano). May be negative. */
export type Nano = bigint & { readonly [nanoBrand]: 'nano' };

/** Nano in one unit of currency. */
export const NANO_PER_UNIT = 1_000_000_000n;

/** Most decimals a money text may have. */
export const MONEY_DECIMALS_MAX = 9;

/** Largest magnitude of an amount, in nano: what a `bigint` column holds. */
export const NANO_MAX = 9_223_372_036_854_775_807n;

/** No money. */
export const ZERO_NANO = nano(0n);

/** Thrown by `parseMoney`; the message says what to write instead. */
export class MoneyFormatError extends Error {
  override readonly name = 'MoneyFormatError';
}

const MONEY_PATTERN = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;

/** Marks a bigint as nano. For values that are nano already: columns, journal records, sums of nano. */
export function nano(value: bigint): Nano {
  return value as Nano;
}

/** Reads a decimal text such as `1.25` (dot, at most 9 decimals, no exponent, no plus sign); throws `MoneyFormatError`. */
export function parseMoney(text: string): Nano {
  const match = MONEY_PATTERN.exec(text);
  if (match === null) {
    throw new MoneyFormatError(
      `"${shorten(text)}" is not an amount of money; write digits with a dot before the decimals, for example "1.25".`,
    );
  }
  const [, sign = '', units = '', decimals = ''] = match;
  if (decimals.length > MONEY_DECIMALS_MAX) {
    throw new MoneyFormatError(
      `"${shorten(text)}" has ${decimals.length} decimals; write at most ${MONEY_DECIMALS_MAX}.`,
    );
  }
  const magnitude = BigInt(units + decimals.padEnd(MONEY_DECIMALS_MAX, '0'));
  if (magnitude > NANO_MAX) {
    throw new MoneyFormatError(
      `"${shorten(text)}" is too large; write an amount up to ${formatMoney(nano(NANO_MAX))}.`,
    );
  }
  return nano(sign === '-' ? -magnitude : magnitude);
}

/** Whether `parseMoney` would accept the text: for schemas at the edge. */
export function isMoneyText(text: string): boolean {
  try {
    parseMoney(text);
    return true;
  } catch {
    return false; // MoneyFormatError: not money
  }
}

/** Decimal text of an amount: no exponent, no trailing zeros, whole units without a dot (`5`, `1.25`, `-0.000000001`). */
export function formatMoney(amount: Nano): string {
  const magnitude: bigint = amount < 0n ? 0n - amount : amount;
  const units = magnitude / NANO_PER_UNIT;
  const rest = magnitude % NANO_PER_UNIT;
  const sign = amount < 0n ? '-' : '';
  if (rest === 0n) return `${sign}${units}`;
  const decimals = rest.toString().padStart(MONEY_DECIMALS_MAX, '0').replace(/0+$/, '');
  return `${sign}${units}.${decimals}`;
}

/** Sum of two amounts, nano. */
export function addNano(left: Nano, right: Nano): Nano {
  return nano(left + right);
}

/** `left − right`, nano. */
export function subtractNano(left: Nano, right: Nano): Nano {
  return nano(left - right);
}

/** Sum of any number of amounts, nano. */
export function sumNano(amounts: Iterable<Nano>): Nano {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return nano(total);
}

/** −1, 0 or 1, as `Array.prototype.sort` wants it: smaller amounts first. */
export function compareNano(left: Nano, right: Nano): -1 | 0 | 1 {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The smaller of two amounts, nano. */
export function minNano(left: Nano, right: Nano): Nano {
  return left < right ? left : right;
}

/** The larger of two amounts, nano. */
export function maxNano(left: Nano, right: Nano): Nano {
  return left > right ? left : right;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
