import { invariant, RollingWindow, type BucketUse } from '@weir/domain';
import type { KeyLimits, LimitRule } from './limit-rules.js';
import { amountFor, RUNNING_WAIT_MS, type RuleReading, type Verdict } from './limit-verdict.js';

interface Counter {
  /** Null for what runs now. */
  readonly window: RollingWindow | null;
  running: number;
  lastSeenMs: number;
  /** Which reading of the request rows is in it; −1 = none. */
  history: number;
}

/** Counters unused for this long are forgotten, if nothing is lost by it. */
const IDLE_MS = 10 * 60_000;

/** Limits counted in this process: exact for what this process serves. Everything is synchronous. */
export class LocalCounters {
  readonly #counters = new Map<string, Counter>();

  /** Counts a request on every rule, or on none when one of them refuses. */
  enter(limits: KeyLimits, tokens: number, nowMs: number): Verdict {
    const before = limits.rules.map((rule) => this.#read(rule, tokens, nowMs));
    if (before.some(({ waitMs }) => waitMs !== 0)) {
      return { admitted: false, readings: before, buckets: [] };
    }
    const buckets = this.count(limits, tokens, nowMs);
    const readings = limits.rules.map((rule) => this.#read(rule, 0, nowMs));
    return { admitted: true, readings, buckets };
  }

  /** Counts a request that somebody else admitted. Answers the bucket of each rule. */
  count(limits: KeyLimits, tokens: number, nowMs: number): number[] {
    return limits.rules.map((rule) => {
      const counter = this.#counterOf(rule, nowMs);
      if (counter.window !== null) return counter.window.add(nowMs, amountFor(rule, tokens));
      counter.running += 1;
      return 0;
    });
  }

  /** Gives a slot back. */
  left(rule: LimitRule): void {
    const counter = this.#counters.get(rule.counter);
    invariant(counter !== undefined && counter.running > 0, 'A slot is given back once.');
    counter.running -= 1;
  }

  /** Changes what was counted in a bucket. */
  correct(rule: LimitRule, bucket: number, delta: number): void {
    this.#counters.get(rule.counter)?.window?.correct(bucket, delta);
  }

  /** Whether every lasting rule has what reading number `history` of the request rows found. */
  hasHistory(limits: KeyLimits, history: number): boolean {
    return limits.rules.every(
      (rule) => !rule.lasting || (this.#counters.get(rule.counter)?.history ?? -1) >= history,
    );
  }

  /** Takes over what the request rows say. */
  adopt(limits: KeyLimits, minutes: readonly BucketUse[], history: number, nowMs: number): void {
    for (const rule of limits.rules) {
      if (!rule.lasting) continue;
      const counter = this.#counterOf(rule, nowMs);
      for (const use of inBuckets(rule, minutes)) counter.window?.raise(use, nowMs);
      counter.history = history;
    }
  }

  /** Forgets counters that are idle; those of lasting windows are read back when they are needed. */
  sweep(nowMs: number): void {
    for (const [name, counter] of this.#counters) {
      if (counter.running === 0 && nowMs - counter.lastSeenMs > IDLE_MS) {
        this.#counters.delete(name);
      }
    }
  }

  /** Counters in memory. */
  get size(): number {
    return this.#counters.size;
  }

  #read(rule: LimitRule, tokens: number, nowMs: number): RuleReading {
    const { window, running } = this.#counterOf(rule, nowMs);
    if (window === null) {
      const waitMs = running < rule.limit ? 0 : RUNNING_WAIT_MS;
      return { used: running, waitMs, emptyMs: 0 };
    }
    return {
      used: window.total(nowMs),
      waitMs: window.msUntilRoom(nowMs, rule.limit, amountFor(rule, tokens)),
      emptyMs: window.msUntilEmpty(nowMs),
    };
  }

  #counterOf(rule: LimitRule, nowMs: number): Counter {
    const found = this.#counters.get(rule.counter);
    if (found !== undefined) {
      found.lastSeenMs = nowMs;
      return found;
    }
    const window = rule.windowMs === 0 ? null : new RollingWindow(rule.windowMs);
    const fresh: Counter = { window, running: 0, lastSeenMs: nowMs, history: -1 };
    this.#counters.set(rule.counter, fresh);
    return fresh;
  }
}

const MINUTE_MS = 60_000;

/** Requests per minute of 1970 as the buckets of one rule: every lasting bucket is a whole number of minutes. */
export function inBuckets(rule: LimitRule, minutes: readonly BucketUse[]): BucketUse[] {
  const perBucket = rule.windowMs / 60 / MINUTE_MS;
  const amounts = new Map<number, number>();
  for (const { bucket: minute, amount } of minutes) {
    const bucket = Math.floor(minute / perBucket);
    amounts.set(bucket, (amounts.get(bucket) ?? 0) + amount);
  }
  return [...amounts].map(([bucket, amount]) => ({ bucket, amount }));
}
