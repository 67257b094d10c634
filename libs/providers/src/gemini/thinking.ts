import type { Reasoning } from '../conversation/conversation.js';

type Json = Readonly<Record<string, unknown>>;
type Effort = Exclude<NonNullable<Reasoning['effort']>, 'none'>;

/**
 * How hard a Gemini model is to think, from an effort or a bound of tokens. Gemini 3 and later take a level, Gemini
 * 2.5 a budget within its range; a model whose name tells no version is given a budget, which all take. The table
 * follows Google's own for its OpenAI-compatible API. Where thinking cannot be switched off (Pro models), `none` is the
 * least there is. Null for models before 2.5: they do not think, and refuse to be told how.
 */
export function thinkingConfigOf(reasoning: Reasoning, upstreamModel: string): Json | null {
  const { effort, budgetTokens, isShown } = reasoning;
  if (CANNOT_THINK.test(upstreamModel)) return null;
  const shown = isShown ? { includeThoughts: true } : {};
  const isPro = /pro/i.test(upstreamModel);
  const takesLevels = TAKES_LEVELS.test(upstreamModel);
  if (effort === 'none') {
    if (takesLevels) return { thinkingLevel: isPro ? 'LOW' : 'MINIMAL', ...shown };
    return { thinkingBudget: isPro ? leastOf(upstreamModel) : 0, ...shown };
  }
  if (budgetTokens !== null) {
    const most = isPro ? PRO_BUDGET_TOKENS_MAX : BUDGET_TOKENS_MAX;
    const budget = Math.max(leastOf(upstreamModel), Math.min(budgetTokens, most));
    return { thinkingBudget: budget, ...shown };
  }
  if (effort === null) return shown;
  if (!takesLevels) return { thinkingBudget: BUDGET_TOKENS[effort], ...shown };
  return { thinkingLevel: effort === 'minimal' && isPro ? 'LOW' : LEVEL[effort], ...shown };
}

const CANNOT_THINK = /gemini-(?:1|2\.0)/i;
const TAKES_LEVELS = /gemini-(?:[3-9]|\d\d)/i;

const BUDGET_TOKENS_MAX = 24_576;
const PRO_BUDGET_TOKENS_MAX = 32_768;

/** The smallest budget a model takes, 0 apart; in tokens. */
function leastOf(upstreamModel: string): number {
  if (/pro/i.test(upstreamModel)) return 128;
  return /lite/i.test(upstreamModel) ? 512 : 1;
}

const BUDGET_TOKENS: Readonly<Record<Effort, number>> = {
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
};

const LEVEL: Readonly<Record<Effort, string>> = {
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
};
