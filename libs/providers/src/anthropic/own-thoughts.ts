import type { ThinkingPart, Turn } from '../conversation/conversation.js';
import { isSealed } from '../openai/sealed-reasoning.js';

/** Whether a thought can be given back to Anthropic: only what it signed or hid itself. */
export function isOwnThought({ signature, redactedData }: ThinkingPart): boolean {
  return redactedData !== undefined || (signature !== null && !isSealed(signature));
}

/**
 * Whether results go to a turn that called tools without a thought before them. Models that think by a budget refuse
 * to think on from there; clients that keep no signatures bring every tool loop to this point.
 */
export function resumesUnthought(turns: readonly Turn[]): boolean {
  const last = turns.at(-1);
  const called = turns.at(-2);
  if (last?.parts.some((part) => part.type === 'tool_result') !== true) return false;
  return called?.parts.some((part) => part.type === 'thinking' && isOwnThought(part)) !== true;
}
