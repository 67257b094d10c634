/**
 * Providers report usage as they please: negative, fractional, as text, absurdly large, or not at all. A figure is
 * believed when it is an integer from 0 to ten times what the model could do; an explicit 0 is believed, an absent
 * figure is not 0. What is not believed is counted by us instead and flagged.
 */
import type { Usage, UsageField } from './usage.js';
import { USAGE_FIELDS } from './usage.js';

/** How often the model's own maximum a reported figure may be before it is not believed. */
export const PLAUSIBLE_MULTIPLE = 10;

/** Largest figures the model can cause, tokens. */
export interface UsageLimits {
  /** The model's context window. */
  readonly promptTokensMax: number;
  /** The model's output cap. */
  readonly outputTokensMax: number;
}

/** Figures as read from a response, not yet believed. A figure that is `undefined` or `null` is absent. */
export type RawUsage = { readonly [Field in UsageField]?: unknown };

/** What was wrong with one figure. */
export type UsageProblem = 'not_an_integer' | 'negative' | 'too_large';

/** The verdict on one figure. */
export type CheckedCount =
  | { readonly status: 'plausible'; readonly tokens: number }
  | { readonly status: 'absent' }
  | { readonly status: 'implausible'; readonly problem: UsageProblem };

/**
 * The verdict on a reported usage. `incomplete`: prompt or completion side unknown, to be counted by us; `absent`
 * when both are.
 */
export type CheckedUsage =
  | { readonly status: 'complete'; readonly usage: Usage }
  | {
      readonly status: 'incomplete';
      readonly usage: Usage;
      readonly missing: readonly ('input' | 'output')[];
    }
  | { readonly status: 'absent' }
  | {
      readonly status: 'implausible';
      readonly field: UsageField;
      readonly problem: UsageProblem;
    };

/** Judges one reported figure against the most the model could do (tokens). */
export function checkTokenCount(raw: unknown, tokensMax: number): CheckedCount {
  if (raw === undefined || raw === null) return { status: 'absent' };
  if (typeof raw !== 'number' || !Number.isInteger(raw)) {
    return { status: 'implausible', problem: 'not_an_integer' };
  }
  if (raw < 0) return { status: 'implausible', problem: 'negative' };
  if (raw > PLAUSIBLE_MULTIPLE * tokensMax) {
    return { status: 'implausible', problem: 'too_large' };
  }
  return { status: 'plausible', tokens: raw };
}

/**
 * Judges a whole reported usage. Cache classes and reasoning that are absent count as 0, for most providers know none;
 * an absent `input` is known as soon as a cache class is, as Anthropic reports a fully cached prompt.
 */
export function checkUsage(raw: RawUsage, limits: UsageLimits): CheckedUsage {
  const figures = {
    input: 0,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 0,
    reasoning: 0,
  };
  let promptKnown = false;
  let outputKnown = false;
  for (const field of USAGE_FIELDS) {
    const isOutput = field === 'output' || field === 'reasoning';
    const tokensMax = isOutput ? limits.outputTokensMax : limits.promptTokensMax;
    const checked = checkTokenCount(raw[field], tokensMax);
    if (checked.status === 'implausible') {
      return { status: 'implausible', field, problem: checked.problem };
    }
    if (checked.status === 'absent') continue;
    figures[field] = checked.tokens;
    if (field === 'output') outputKnown = true;
    else if (!isOutput) promptKnown = true;
  }
  if (figures.reasoning > figures.output && outputKnown) {
    return { status: 'implausible', field: 'reasoning', problem: 'too_large' };
  }
  if (promptKnown && outputKnown) return { status: 'complete', usage: figures };
  if (!promptKnown && !outputKnown) return { status: 'absent' };
  return { status: 'incomplete', usage: figures, missing: [promptKnown ? 'output' : 'input'] };
}
