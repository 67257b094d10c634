/** One second of traffic. `cost` is for drawing and rates only, in currency units. */
export interface Second {
  ok: number;
  clientErrors: number;
  serverErrors: number;
  tokens: number;
}

/** One bar of the chart: requests per second, averaged over the bucket. */
export interface TrafficBucket {
  /** Milliseconds of the Unix epoch at the bucket's start. */
  readonly atMs: number;
  readonly ok: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
}

/** Sums of a span of seconds. */
export interface TrafficTotal extends Second {
  readonly requests: number;
  /** Seconds of the span for which something is known. */
  readonly seconds: number;
}

/**
 * Counters per second of the last hour and a bit, from the server's ticks (operators) or counted from
 * rows (everybody else). Memory is bounded: older seconds fall out.
 */
export class TrafficSeconds {
  private readonly seconds = new Map<number, Second>();
  private knownSince: number | null = null;

  constructor(private readonly keepSeconds = 3700) {}

  /** Time from which on counters are complete, in epoch seconds; null = nothing known. */
  get since(): number | null {
    return this.knownSince;
  }

  /** From this moment on silence means zero, not ignorance. */
  startAt(epochMs: number): void {
    const second = Math.floor(epochMs / 1000);
    this.knownSince = this.knownSince === null ? second : Math.min(this.knownSince, second);
  }

  /** Replaces the second by the server's own count. */
  set(epochMs: number, counts: Second): void {
    this.seconds.set(Math.floor(epochMs / 1000), { ...counts });
    this.startAt(epochMs);
    this.drop(epochMs);
  }

  /** Counts one finished request by its HTTP status. */
  count(epochMs: number, httpStatus: number, tokens: number): void {
    const key = Math.floor(epochMs / 1000);
    const second = this.seconds.get(key) ?? { ok: 0, clientErrors: 0, serverErrors: 0, tokens: 0 };
    if (httpStatus >= 500) second.serverErrors += 1;
    else if (httpStatus >= 400) second.clientErrors += 1;
    else second.ok += 1;
    second.tokens += tokens;
    this.seconds.set(key, second);
    this.drop(epochMs);
  }

  /** Sums of the `spanSeconds` that ended before `endMs`. */
  total(endMs: number, spanSeconds: number): TrafficTotal {
    const end = Math.floor(endMs / 1000);
    const sum = { ok: 0, clientErrors: 0, serverErrors: 0, tokens: 0 };
    for (let key = end - spanSeconds; key < end; key += 1) {
      const second = this.seconds.get(key);
      if (!second) continue;
      sum.ok += second.ok;
      sum.clientErrors += second.clientErrors;
      sum.serverErrors += second.serverErrors;
      sum.tokens += second.tokens;
    }
    const from = Math.max(end - spanSeconds, this.knownSince ?? end);
    return {
      ...sum,
      requests: sum.ok + sum.clientErrors + sum.serverErrors,
      seconds: Math.max(0, end - from),
    };
  }

  /** `bars` buckets of `stepSeconds`, aligned to the step; the last one is running: averaged over what passed. */
  buckets(endMs: number, bars: number, stepSeconds: number): TrafficBucket[] {
    const now = Math.floor(endMs / 1000);
    const end = Math.ceil(now / stepSeconds) * stepSeconds;
    return Array.from({ length: bars }, (_, index) => {
      const start = end - (bars - index) * stepSeconds;
      const sum = { ok: 0, clientErrors: 0, serverErrors: 0 };
      for (let key = start; key < Math.min(start + stepSeconds, now); key += 1) {
        const second = this.seconds.get(key);
        if (!second) continue;
        sum.ok += second.ok;
        sum.clientErrors += second.clientErrors;
        sum.serverErrors += second.serverErrors;
      }
      const passed = Math.max(1, Math.min(stepSeconds, now - start));
      return {
        atMs: start * 1000,
        ok: sum.ok / passed,
        clientErrors: sum.clientErrors / passed,
        serverErrors: sum.serverErrors / passed,
      };
    });
  }

  private drop(nowMs: number): void {
    if (this.seconds.size <= this.keepSeconds + 60) return;
    const oldest = Math.floor(nowMs / 1000) - this.keepSeconds;
    for (const key of this.seconds.keys()) if (key < oldest) this.seconds.delete(key);
  }
}
