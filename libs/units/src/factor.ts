/**
 * Cost factors of templates, servers and tiers: decimals from 0.01 to 100 with up to four decimals, kept as an
 * integer number of ten-thousandths so that effective tokens are exact.
 */

declare const factorBrand: unique symbol;

/** A factor in ten-thousandths: an integer from 100 (0.01) to 1,000,000 (100). */
export type Factor = number & { readonly [factorBrand]: 'ten-thousandths' };

/** Ten-thousandths in a factor of 1. */
export const FACTOR_SCALE = 10_000;

/** Smallest factor, 0.01, in ten-thousandths. */
export const FACTOR_MIN = 100;

/** Largest factor, 100, in ten-thousandths. */
export const FACTOR_MAX = 1_000_000;

/** Thrown by `parseFactor` and `factor`; the message says what to write instead. */
export class FactorFormatError extends Error {
  override readonly name = 'FactorFormatError';
}

/** The factor 1.0: changes nothing and is not shown. */
export const FACTOR_ONE = factor(FACTOR_SCALE);

const FACTOR_PATTERN = /^(0|[1-9]\d*)(?:\.(\d{1,4}))?$/;

/** Marks an integer number of ten-thousandths (100…1,000,000) as a factor; throws `FactorFormatError` outside. */
export function factor(tenThousandths: number): Factor {
  if (
    !Number.isInteger(tenThousandths) ||
    tenThousandths < FACTOR_MIN ||
    tenThousandths > FACTOR_MAX
  ) {
    throw new FactorFormatError(
      `A factor is an integer number of ten-thousandths from ${FACTOR_MIN} (0.01) to ${FACTOR_MAX} (100), not ${tenThousandths}.`,
    );
  }
  return tenThousandths as Factor;
}

/** Reads a decimal text from `0.01` to `100` with at most four decimals; throws `FactorFormatError`. */
export function parseFactor(text: string): Factor {
  const match = FACTOR_PATTERN.exec(text);
  if (match === null) {
    throw new FactorFormatError(
      `"${text.slice(0, 40)}" is not a factor; write a decimal from 0.01 to 100 with at most four decimals, for example "1.5".`,
    );
  }
  const [, units = '', decimals = ''] = match;
  return factor(Number(units + decimals.padEnd(4, '0')));
}

/** Decimal text of a factor with at least one decimal, as people read it: `1.0`, `1.5`, `0.0125`. */
export function formatFactor(value: Factor): string {
  const units = Math.floor(value / FACTOR_SCALE);
  const decimals = (value % FACTOR_SCALE).toString().padStart(4, '0').replace(/0+$/, '');
  return `${units}.${decimals === '' ? '0' : decimals}`;
}
