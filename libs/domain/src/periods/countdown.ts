/** The words under a budget card. */

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

/**
 * `Reset in N day(s)` from 24 hours on, below that `Reset in {h}h {mm}min`. Whole units left, rounded down; a reset
 * that is due reads `Reset in 0h 00min`.
 */
export function resetCountdown(resetAtMs: number, nowMs: number): string {
  const minutes = Math.max(0, Math.floor((resetAtMs - nowMs) / MINUTE_MS));
  if (minutes >= DAY_MINUTES) {
    const days = Math.floor(minutes / DAY_MINUTES);
    return `Reset in ${days} ${days === 1 ? 'day' : 'days'}`;
  }
  const hours = Math.floor(minutes / HOUR_MINUTES);
  const rest = String(minutes % HOUR_MINUTES).padStart(2, '0');
  return `Reset in ${hours}h ${rest}min`;
}
