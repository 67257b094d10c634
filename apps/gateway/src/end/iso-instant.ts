let lastMs = Number.NaN;
let lastText = '';

/** ISO-8601 text of an instant, ms since 1970. Many requests end in the same millisecond: the last text is kept. */
export function isoInstant(ms: number): string {
  const whole = Math.floor(ms);
  if (whole !== lastMs) {
    lastMs = whole;
    lastText = new Date(whole).toISOString();
  }
  return lastText;
}
