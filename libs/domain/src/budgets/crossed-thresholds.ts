/** Which alert thresholds a settlement crossed. */

/**
 * Thresholds (percent of the limit) that `usedAfter` reaches and `usedBefore` did not, ascending. Nothing is crossed
 * without a limit, nor at a limit of 0, which blocks before anything is used.
 */
export function crossedThresholds(
  usedBefore: bigint,
  usedAfter: bigint,
  limit: bigint | null,
  thresholdsPercent: readonly number[],
): number[] {
  if (limit === null || limit === 0n) return [];
  const reached = (used: bigint, percent: number): boolean =>
    100n * used >= BigInt(percent) * limit;
  return thresholdsPercent
    .filter((percent) => reached(usedAfter, percent) && !reached(usedBefore, percent))
    .sort((left, right) => left - right);
}
