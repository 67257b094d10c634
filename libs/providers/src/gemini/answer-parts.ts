import type { AnswerEvent } from '../conversation/answer-event.js';
import type { Part, ToolCallPart } from '../conversation/conversation.js';
import { asRecord } from '../openai/usage.js';
import { parseJson } from '../text/parse-json.js';
import type { Json } from './members.js';
import { sealRedacted } from './redacted-thought.js';

/** The parts of an answer, in Gemini's words. */

/** Words and thoughts of one choice. */
export type WordsEvent = Exclude<
  Extract<AnswerEvent, { readonly choice: number }>,
  { readonly type: 'tool_call' } | { readonly type: 'tool_arguments' } | { readonly type: 'finish' }
>;

/** The part of words or thoughts that were streamed; null for opaque data that no field could carry. */
export function wordsOf(event: WordsEvent): Json | null {
  switch (event.type) {
    case 'text':
    case 'refusal':
      return { text: event.text };
    case 'thinking':
      return thought(event.text, null);
    case 'thinking_signature':
      return thought('', event.signature);
    case 'redacted_thinking':
      return redacted(event.data);
  }
}

/** A part of a whole answer; null for what an answer cannot hold. */
export function partOf(part: Part): Json | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { text: part.text };
    case 'thinking':
      return part.redactedData === undefined
        ? thought(part.text, part.signature)
        : redacted(part.redactedData);
    case 'tool_call':
      return callPart(part);
    case 'image':
    case 'audio':
    case 'file':
    case 'tool_result':
      return null;
  }
}

function thought(text: string, signature: string | null): Json {
  return { text, thought: true, ...(signature === null ? {} : { thoughtSignature: signature }) };
}

function redacted(data: string): Json | null {
  const signature = sealRedacted(data);
  return signature === null ? null : thought('', signature);
}

/** A call whole; null where its arguments are no object, as Gemini's must be. */
export function callPart(call: ToolCallPart): Json | null {
  const text = call.argumentsText.trim();
  const args = text === '' ? {} : asRecord(parseJson(text));
  if (args === null) return null;
  return {
    functionCall: { id: call.id, name: call.name, args },
    ...(call.signature === undefined ? {} : { thoughtSignature: call.signature }),
  };
}
