const DAY_MS = 86_400_000;

/**
 * The instant at which a day began in a zone, ISO-8601: today for `daysBack` 0. The offset is looked up
 * twice, because it may differ between now and midnight (summer time).
 */
export function startOfDay(nowMs: number, timeZone: string, daysBack: number): string {
  const local = nowMs + offsetMs(nowMs, timeZone);
  const midnight = Math.floor(local / DAY_MS) * DAY_MS - daysBack * DAY_MS;
  const guess = midnight - offsetMs(midnight, timeZone);
  return new Date(midnight - offsetMs(guess, timeZone)).toISOString();
}

/** Local time minus UTC at an instant, in milliseconds. */
function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(atMs));
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(atMs / 1000) * 1000;
}
