/**
 * Slows guessing down per account and per address (E-A2). An attempt is counted before its password is looked
 * at and given back when it was right, so parallel guesses cannot slip through together. After `free` failures
 * each further one doubles the wait: at most ten guesses a minute are ever evaluated.
 *
 * It lives in memory: it works without Redis and PostgreSQL (E-A3). Good sessions are untouched, for
 * refreshing does not pass here: nobody can lock a victim out of a running session.
 */
export interface ThrottleRule {
  /** Failures without any wait. */
  readonly free: number;
  readonly firstDelayMs: number;
  readonly delayMsMax: number;
  /** Quiet time after which failures are forgotten. */
  readonly forgetAfterMs: number;
}

/** Five guesses at once, then 2, 4, 8 … 60 s apart: nine in the worst minute. */
export const ACCOUNT_RULE: ThrottleRule = {
  free: 5,
  firstDelayMs: 2_000,
  delayMsMax: 60_000,
  forgetAfterMs: 15 * 60_000,
};
/** An office may share an address: ten failures a minute, then one a minute and rarer. */
export const ADDRESS_RULE: ThrottleRule = {
  free: 10,
  firstDelayMs: 60_000,
  delayMsMax: 15 * 60_000,
  forgetAfterMs: 60_000,
};

interface Entry {
  failures: number;
  /** Instant, ms, before which nothing is evaluated. */
  blockedUntilMs: number;
  lastMs: number;
}

/** Failures of one kind of subject. */
export class Throttle {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly rule: ThrottleRule,
    private readonly entriesMax: number,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Milliseconds until the subject may try again; 0 = now. */
  waitMs(subject: string): number {
    const entry = this.current(subject);
    return entry ? Math.max(0, entry.blockedUntilMs - this.nowMs()) : 0;
  }

  /** Counts one attempt as failed until {@link forgive} says otherwise. */
  count(subject: string): void {
    const now = this.nowMs();
    const entry = this.current(subject) ?? { failures: 0, blockedUntilMs: 0, lastMs: now };
    entry.failures += 1;
    entry.lastMs = now;
    const over = entry.failures - this.rule.free;
    if (over >= 0)
      entry.blockedUntilMs =
        now + Math.min(this.rule.delayMsMax, this.rule.firstDelayMs * 2 ** Math.min(over, 20));
    // Re-inserted last, so that the map's first entry is always the one longest untouched.
    this.entries.delete(subject);
    this.entries.set(subject, entry);
    if (this.entries.size > this.entriesMax) {
      const oldest = this.entries.keys().next();
      if (!oldest.done) this.entries.delete(oldest.value);
    }
  }

  /** The attempt was right: only this one is given back, or everything where the subject proved itself. */
  forgive(subject: string, everything: boolean): void {
    const entry = this.entries.get(subject);
    if (!entry) return;
    if (everything || entry.failures <= 1) this.entries.delete(subject);
    else {
      entry.failures -= 1;
      entry.blockedUntilMs = 0;
    }
  }

  private current(subject: string): Entry | undefined {
    const entry = this.entries.get(subject);
    if (!entry) return undefined;
    const quietSince = Math.max(entry.lastMs, entry.blockedUntilMs);
    if (this.nowMs() - quietSince < this.rule.forgetAfterMs) return entry;
    this.entries.delete(subject);
    return undefined;
  }
}
