const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `Reset in 3 day(s)` from a day on, else `Reset in 5h 07min` (decisions §5). */
export function countdown(resetIso: string, nowMs: number): string {
  const left = Math.max(0, Date.parse(resetIso) - nowMs);
  if (left >= DAY_MS) return `Reset in ${Math.floor(left / DAY_MS)} day(s)`;
  const hours = Math.floor(left / HOUR_MS);
  const minutes = Math.floor((left % HOUR_MS) / MINUTE_MS);
  return `Reset in ${hours}h ${String(minutes).padStart(2, '0')}min`;
}

/** How loud a budget is: below 70 % ok, 70–90 % inclusive a warning, above an error. */
export function budgetLevel(percent: number): 'ok' | 'warn' | 'bad' {
  if (percent > 90) return 'bad';
  return percent >= 70 ? 'warn' : 'ok';
}
