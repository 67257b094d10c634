import type { Conversation, Reasoning } from '../conversation/conversation.js';
import { thinksAdaptively } from './claude-generation.js';
import { resumesUnthought } from './own-thoughts.js';

type Json = Record<string, unknown>;
type Effort = NonNullable<Reasoning['effort']>;

/** What a request says of thinking, as members of a Messages request. */
export interface ThinkingMembers {
  readonly thinking: Json | null;
  /** For `output_config.effort`; null = not said. */
  readonly effort: string | null;
  /** Whether thinking was asked for and cannot be had. */
  readonly isDropped: boolean;
}

/** Anthropic's least budget. */
const BUDGET_TOKENS_MIN = 1_024;
/** Of the output bound, so that words are left after the thoughts. */
const BUDGET_SHARE_MAX = 0.8;

/**
 * Words of effort as budgets of thinking tokens, for models that take budgets (docs/reference/anthropic.md). The same
 * steps divide budgets into words where it is the other way round.
 */
export const BUDGETS: ReadonlyMap<Effort, number> = new Map([
  ['minimal', BUDGET_TOKENS_MIN],
  ['low', 4_096],
  ['medium', 16_384],
  ['high', 32_768],
  ['xhigh', 65_536],
]);
const BUDGET_UNSAID = 16_384;

const NOTHING: ThinkingMembers = { thinking: null, effort: null, isDropped: false };
const DROPPED: ThinkingMembers = { thinking: null, effort: null, isDropped: true };

/** How the model shall think. A tool that must be called leaves no room for it: Anthropic refuses both together. */
export function thinkingMembers(
  { reasoning, toolChoice, turns }: Conversation,
  upstreamModel: string,
  maxTokens: number,
): ThinkingMembers {
  if (reasoning === null) return NOTHING;
  if (reasoning.effort === 'none') {
    return { thinking: { type: 'disabled' }, effort: null, isDropped: false };
  }
  if (toolChoice?.type === 'required' || toolChoice?.type === 'tool') return DROPPED;
  if (thinksAdaptively(upstreamModel)) {
    const display = reasoning.isShown ? 'summarized' : 'omitted';
    const thinking = { type: 'adaptive', display };
    return { thinking, effort: effortWord(reasoning), isDropped: false };
  }
  if (resumesUnthought(turns)) return DROPPED;
  const wanted = Math.max(budgetOf(reasoning), BUDGET_TOKENS_MIN);
  const budget = Math.min(wanted, Math.floor(maxTokens * BUDGET_SHARE_MAX));
  if (budget < BUDGET_TOKENS_MIN) return DROPPED;
  return { thinking: { type: 'enabled', budget_tokens: budget }, effort: null, isDropped: false };
}

function budgetOf({ effort, budgetTokens }: Reasoning): number {
  if (budgetTokens !== null) return budgetTokens;
  return (effort === null ? undefined : BUDGETS.get(effort)) ?? BUDGET_UNSAID;
}

function effortWord({ effort, budgetTokens }: Reasoning): string | null {
  if (effort !== null) return effort === 'minimal' ? 'low' : effort;
  if (budgetTokens === null) return null;
  for (const [word, tokens] of BUDGETS) {
    if (word !== 'minimal' && budgetTokens <= tokens) return word;
  }
  return 'xhigh';
}
