/** Whether the text names an IANA zone that this runtime and PostgreSQL know; offsets such as +02:00 are no zone. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    // RangeError: no such zone.
    return false;
  }
}
