import type { BudgetAlertJob } from '@weir/contracts';
import type { NotificationInput } from '@weir/data';

const PERIOD_NAMES = new Map([
  [1, 'Daily'],
  [2, 'Monthly'],
  [3, 'Total'],
]);

/** When the period of a budget ends, ISO-8601 UTC; null for the total. */
export function periodEnd(kind: number, period: string): string | null {
  const start = new Date(`${period}T00:00:00.000Z`);
  if (kind === 1) start.setUTCDate(start.getUTCDate() + 1);
  else if (kind === 2) start.setUTCMonth(start.getUTCMonth() + 1);
  else return null;
  return start.toISOString();
}

/**
 * What an account reads when a budget crosses a threshold (decisions §6). The dedupe key is the alert's identity,
 * so a repeated job makes no second notification. `used` are the effective tokens when it was crossed.
 */
export function alertNotification(
  id: string,
  job: BudgetAlertJob,
  used: bigint,
): NotificationInput {
  const limit = BigInt(job.cap);
  const name = PERIOD_NAMES.get(job.kind) ?? 'Budget';
  const percent = (used * 100n) / limit;
  const remaining = used < limit ? limit - used : 0n;
  const resetIso = periodEnd(job.kind, job.period);
  const reset = resetIso === null ? 'It does not reset.' : `It resets at ${resetIso}.`;
  return {
    id,
    account: job.account,
    kind: 'budget.alert',
    title: `Budget Warning: ${name} limit ${String(percent)}% exhausted`,
    body: `${String(used)} of ${String(limit)} tokens are used, ${String(remaining)} remain. ${reset}`,
    data: {
      kind: name.toLowerCase(),
      period: job.period,
      threshold: job.threshold,
      used: Number(used),
      limit: Number(limit),
      reset_iso: resetIso,
    },
    dedupe: `budget:${String(job.kind)}:${job.period}:${String(job.threshold)}:${job.cap}`,
  };
}
