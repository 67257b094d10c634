import type { Reasoning } from '../conversation/conversation.js';

type Json = Readonly<Record<string, unknown>>;
type Effort = NonNullable<Reasoning['effort']>;

/**
 * How hard a Gemini model is to think, from an effort or a bound of tokens. Gemini 3 and later take a level, Gemini
 * 2.5 a budget; a model whose name tells no version is given a budget, which all take. The tables follow Google's own
 * for its OpenAI-compatible API. Where thinking cannot be switched off (Pro models), `none` is the least there is.
 */
export function thinkingConfigOf(reasoning: Reasoning, upstreamModel: string): Json {
  const { effort, budgetTokens, isShown } = reasoning;
  const shown = isShown ? { includeThoughts: true } : {};
  const isPro = /pro/i.test(upstreamModel);
  if (effort === 'none') return { ...nothing(upstreamModel, isPro), ...shown };
  if (budgetTokens !== null) return { thinkingBudget: budgetTokens, ...shown };
  if (effort === null) return shown;
  if (!TAKES_LEVELS.test(upstreamModel)) {
    return { thinkingBudget: BUDGET_TOKENS[effort], ...shown };
  }
  const isLeast = effort === 'minimal' && isPro;
  return { thinkingLevel: isLeast ? 'LOW' : LEVEL[effort], ...shown };
}

function nothing(upstreamModel: string, isPro: boolean): Json {
  if (TAKES_LEVELS.test(upstreamModel)) return { thinkingLevel: isPro ? 'LOW' : 'MINIMAL' };
  return { thinkingBudget: isPro ? LEAST_PRO_BUDGET_TOKENS : 0 };
}

const TAKES_LEVELS = /gemini-(?:[3-9]|\d\d)/i;
const LEAST_PRO_BUDGET_TOKENS = 128;

const BUDGET_TOKENS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
};

const LEVEL: Readonly<Record<Exclude<Effort, 'none'>, string>> = {
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
};
