import type { ThinkingPart } from '../conversation/conversation.js';
import { asRecord } from './usage.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * Reasoning that a client sends back in an assistant's message. `reasoning_details` (OpenRouter's form, and ours)
 * carries signatures; plain `reasoning_content` or `reasoning` only words. Entries of one index are one thought,
 * streamed in pieces.
 */
export function readReasoningParts(message: Json): readonly ThinkingPart[] {
  const details = message['reasoning_details'];
  if (Array.isArray(details) && details.length > 0) return readDetails(details);
  const text = message['reasoning_content'] ?? message['reasoning'];
  if (typeof text !== 'string' || text === '') return [];
  return [{ type: 'thinking', text, signature: null }];
}

function readDetails(details: readonly unknown[]): readonly ThinkingPart[] {
  const thoughts: ThinkingPart[] = [];
  let openIndex: unknown = null;
  for (const value of details) {
    const detail = asRecord(value);
    if (detail === null) continue;
    const thought = readDetail(detail);
    const last = thoughts.at(-1);
    const index = detail['index'];
    const goesOn =
      last !== undefined &&
      index !== undefined &&
      index === openIndex &&
      last.signature === null &&
      last.redactedData === undefined &&
      thought.redactedData === undefined;
    if (goesOn) {
      const { signature } = thought;
      thoughts[thoughts.length - 1] = { ...last, text: last.text + thought.text, signature };
    } else if (thought.text !== '' || thought.signature !== null || 'redactedData' in thought) {
      thoughts.push(thought);
    }
    openIndex = index;
  }
  return thoughts;
}

function readDetail(detail: Json): ThinkingPart {
  const data = detail['data'];
  if (detail['type'] === 'reasoning.encrypted' && typeof data === 'string') {
    return { type: 'thinking', text: '', signature: null, redactedData: data };
  }
  const text = detail['text'] ?? detail['summary'];
  const { signature } = detail;
  return {
    type: 'thinking',
    text: typeof text === 'string' ? text : '',
    signature: typeof signature === 'string' && signature !== '' ? signature : null,
  };
}
