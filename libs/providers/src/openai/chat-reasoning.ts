import type { Reasoning } from '../conversation/conversation.js';
import type { RequestIntake } from '../conversation/request-intake.js';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;

/** A word of effort; null and a refusal for any other. */
export function readEffort(
  value: unknown,
  param: string,
  intake: RequestIntake,
): Reasoning['effort'] {
  if (value === undefined || value === null) return null;
  const effort = EFFORTS.find((one) => one === value) ?? null;
  if (effort === null) intake.refuse(param, `\`${param}\` must be one of ${EFFORTS.join(', ')}.`);
  return effort;
}

/** `reasoning_effort`, or OpenRouter's `reasoning` object (effort, max_tokens, exclude, enabled). */
export function readChatReasoning(
  json: Readonly<Record<string, unknown>>,
  intake: RequestIntake,
): Reasoning | null {
  const effort = readEffort(json['reasoning_effort'], 'reasoning_effort', intake);
  const isIncluded = intake.optionalFlag(json['include_reasoning'], 'include_reasoning');
  const given = json['reasoning'];
  if (given === undefined || given === null) {
    if (effort === null && isIncluded !== true) return null;
    return { effort, budgetTokens: null, isShown: isIncluded ?? true };
  }
  const reasoning = intake.record(given, 'reasoning');
  const isOff = intake.optionalFlag(reasoning['enabled'], 'reasoning.enabled') === false;
  return {
    effort: isOff
      ? 'none'
      : (effort ?? readEffort(reasoning['effort'], 'reasoning.effort', intake)),
    budgetTokens: intake.optionalNumber(reasoning['max_tokens'], 'reasoning.max_tokens'),
    isShown: intake.optionalFlag(reasoning['exclude'], 'reasoning.exclude') !== true,
  };
}
