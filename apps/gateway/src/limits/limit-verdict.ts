import type { KeyLimits, LimitRule } from './limit-rules.js';

/** How one rule stands, as a counter found it. */
export interface RuleReading {
  /** What counts; of an admitted request with what it adds. */
  readonly used: number;
  /** How long until the request would fit, ms: 0 = it fits; null = never, it alone is more than the limit. */
  readonly waitMs: number | null;
  /** How long until nothing counts any more, ms. */
  readonly emptyMs: number;
}

/** What a counter decided on all rules of a request at once: either it counts on each of them, or on none. */
export interface Verdict {
  readonly admitted: boolean;
  /** In the order of the rules. */
  readonly readings: readonly RuleReading[];
  /** Bucket of each rule that the request was counted in; 0 where there is none. */
  readonly buckets: readonly number[];
}

/** One family of `x-ratelimit-*`. */
export interface RateFamily {
  readonly limit: number;
  readonly remaining: number;
  /** How long until nothing counts any more, ms. */
  readonly resetMs: number;
}

/** What an answer tells of the limits; null = no such limit is set. */
export interface RateState {
  readonly requests: RateFamily | null;
  readonly tokens: RateFamily | null;
  /** Instant of the figures, ms since 1970. */
  readonly atMs: number;
}

/** Why a key's limits refuse, with everything a person needs to act. */
export interface LimitRefusal {
  readonly rule: LimitRule;
  readonly used: number;
  readonly amount: number;
  /** Null = it never fits. */
  readonly waitMs: number | null;
  readonly state: RateState;
}

/** A free slot cannot be foretold: asked again after this. */
export const RUNNING_WAIT_MS = 1_000;

/** What a request adds to a rule. */
export function amountFor(rule: LimitRule, tokens: number): number {
  return rule.measure === 'tokens' ? tokens : 1;
}

/** The headers' figures: of several limits of a kind the one with the least left. */
export function rateStateOf(limits: KeyLimits, verdict: Verdict, atMs: number): RateState {
  return {
    requests: tightest(limits, verdict, 'requests'),
    tokens: tightest(limits, verdict, 'tokens'),
    atMs,
  };
}

function tightest(
  limits: KeyLimits,
  { readings }: Verdict,
  measure: 'requests' | 'tokens',
): RateFamily | null {
  let least: RateFamily | null = null;
  for (const [i, rule] of limits.rules.entries()) {
    const reading = readings[i];
    if (rule.measure !== measure || reading === undefined) continue;
    const remaining = Math.max(0, rule.limit - reading.used);
    if (least !== null && least.remaining <= remaining) continue;
    least = { limit: rule.limit, remaining, resetMs: reading.emptyMs };
  }
  return least;
}

/** The rule that keeps the request waiting longest: with less than that it would be refused again. */
export function refusalOf(
  limits: KeyLimits,
  verdict: Verdict,
  tokens: number,
  atMs: number,
): LimitRefusal {
  let worst: { readonly rule: LimitRule; readonly reading: RuleReading } | null = null;
  for (const [i, rule] of limits.rules.entries()) {
    const reading = verdict.readings[i];
    if (reading === undefined || reading.waitMs === 0) continue;
    if (worst === null || waitOf(reading) > waitOf(worst.reading)) worst = { rule, reading };
  }
  if (worst === null) throw new Error('A refusal has a rule that refuses.');
  return fullRefusal(worst, tokens, rateStateOf(limits, verdict, atMs));
}

function fullRefusal(
  { rule, reading }: { readonly rule: LimitRule; readonly reading: RuleReading },
  tokens: number,
  state: RateState,
): LimitRefusal {
  const { used, waitMs } = reading;
  return { rule, used, amount: amountFor(rule, tokens), waitMs, state };
}

function waitOf(reading: RuleReading): number {
  return reading.waitMs ?? Number.POSITIVE_INFINITY;
}
