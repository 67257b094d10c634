import type { Exchange } from '../exchange.js';
import type { PlannedChoice } from '../simulation/answer-plan.js';

/** The id of a tool call: unlike any other answer's. */
export function callId(exchange: Exchange, choice: number, index: number): string {
  const own = exchange.ownId.replaceAll(/[^a-zA-Z0-9]/g, '');
  return `call_${own}${String(choice)}${String(index).padStart(3, '0')}`;
}

/** OpenAI's word for how a choice ended. */
export function finishReason(choice: PlannedChoice): string {
  switch (choice.ending) {
    case 'length':
      return 'length';
    case 'tool_calls':
      return 'tool_calls';
    case 'filter':
      return 'content_filter';
    case 'stop':
    case 'stop_sequence':
    case 'refusal':
      return 'stop';
  }
}
