/**
 * Name of an export: `usage-2026-11-01_2026-11-30.csv`. The days are the first and the last that the range touches.
 * @param to exclusive end of the range, ms since 1970
 */
export function exportFileName(fromMs: number, to: number, format: string): string {
  const first = dayOf(fromMs);
  const last = dayOf(Math.max(fromMs, to - 1));
  if (format === 'focus') return `focus-1.2-${first}_${last}.csv`;
  return `usage-${first}_${last}.${format}`;
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
