/**
 * How full a budget is, as people see it. The colour is decided on the exact ratio, not on the rounded percentage:
 * exactly 70 % and exactly 90 % are yellow, and 89.96 %, though it reads 90.0 %, is as well.
 */

/** Colour of a budget: below 70 % normal (green), 70–90 % inclusive warning (yellow), above 90 % critical (red). */
export type BudgetLevel = 'normal' | 'warning' | 'critical';

/** First percentage that warns. */
export const WARNING_FROM_PERCENT = 70n;

/** Last percentage that only warns. */
export const WARNING_TO_PERCENT = 90n;

/**
 * Share of a limit that is used, percent with one decimal (half up); may exceed 100. A limit of 0 blocks everything
 * and reads 100. Null without a limit.
 */
export function budgetPercent(used: bigint, limit: bigint | null): number | null {
  if (limit === null) return null;
  if (limit === 0n) return 100;
  return Number((2000n * used + limit) / (2n * limit)) / 10;
}

/** The colour of a budget; null without a limit (no bar is drawn). */
export function budgetLevel(used: bigint, limit: bigint | null): BudgetLevel | null {
  if (limit === null) return null;
  if (limit === 0n || 100n * used > WARNING_TO_PERCENT * limit) return 'critical';
  return 100n * used >= WARNING_FROM_PERCENT * limit ? 'warning' : 'normal';
}

/** Width of the progress bar, 0…100 percent; null without a limit. */
export function budgetBarPercent(used: bigint, limit: bigint | null): number | null {
  const percent = budgetPercent(used, limit);
  return percent === null ? null : Math.min(100, percent);
}
