/**
 * Effective tokens: total tokens × the template's factor × the server's factor, rounded half up, at least 1 when
 * anything was used. Budgets count these. The function is monotone in the total, so the same function on a bound of
 * tokens gives a bound of effective tokens: hold and charge can not disagree by a rounding.
 */
import type { Factor, Nano } from '@weir/units';
import { divHalfUp, FACTOR_ONE, FACTOR_SCALE, nano } from '@weir/units';

const SCALE_SQUARED = BigInt(FACTOR_SCALE) * BigInt(FACTOR_SCALE);

/** Effective tokens of a total (integer ≥ 0). */
export function effectiveTokens(
  totalTokens: number,
  templateFactor: Factor,
  serverFactor: Factor,
): bigint {
  const total = BigInt(totalTokens);
  if (total === 0n || (templateFactor === FACTOR_ONE && serverFactor === FACTOR_ONE)) return total;
  const scaled = divHalfUp(total * BigInt(templateFactor) * BigInt(serverFactor), SCALE_SQUARED);
  return scaled > 0n ? scaled : 1n;
}

/**
 * The largest total of tokens (0…`totalTokensCap`) whose effective tokens stay within `availableTokens`: sizes a
 * request's output bound by a token budget.
 */
export function affordableTotalTokens(
  availableTokens: bigint,
  templateFactor: Factor,
  serverFactor: Factor,
  totalTokensCap: number,
): number {
  if (availableTokens <= 0n) return 0;
  const factors = BigInt(templateFactor) * BigInt(serverFactor);
  // The largest t with round(t·f) ≤ available, that is t·f + ½ < available + 1, all × 10⁸.
  const largest = ((availableTokens + 1n) * SCALE_SQUARED - SCALE_SQUARED / 2n - 1n) / factors;
  return largest >= BigInt(totalTokensCap) ? totalTokensCap : Number(largest);
}

/** Budget value: effective tokens × the token price (nano EUR per token), nano EUR, exact. */
export function budgetValueEur(effective: bigint, tokenPriceNanoEur: Nano): Nano {
  return nano(effective * tokenPriceNanoEur);
}
