/**
 * Integer division with a named rounding. Money and tokens are only ever divided here, so that "half up" means one
 * thing in the whole product. Numerators are never negative: amounts that may be negative are not divided anywhere.
 */

/** `numerator / denominator`, exact halves rounded up. Numerator ≥ 0, denominator > 0; throws a RangeError otherwise. */
export function divHalfUp(numerator: bigint, denominator: bigint): bigint {
  assertDivisible(numerator, denominator);
  return (numerator + (denominator >> 1n)) / denominator;
}

/** `numerator / denominator`, any remainder rounded up: for upper bounds. Numerator ≥ 0, denominator > 0. */
export function divCeil(numerator: bigint, denominator: bigint): bigint {
  assertDivisible(numerator, denominator);
  return (numerator + denominator - 1n) / denominator;
}

function assertDivisible(numerator: bigint, denominator: bigint): void {
  if (numerator < 0n || denominator <= 0n) {
    throw new RangeError(
      `Rounded division needs a numerator of at least 0 and a denominator above 0, not ${numerator} / ${denominator}.`,
    );
  }
}
