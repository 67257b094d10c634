import type { AnswerEvent } from '../conversation/answer-event.js';
import { collectAnswer } from '../conversation/collect-answer.js';
import type { AnswerPart } from '../conversation/collect-answer.js';
import type { ToolCallPart } from '../conversation/conversation.js';
import type { AnswerHead } from '../conversation/sides.js';
import { parseJson } from '../text/parse-json.js';
import { sealCallSignature } from './call-signature.js';
import { stopReasonOf } from './stop-reasons.js';
import { anthropicUsage, emptyMessage } from './stream-frames.js';

type Json = Readonly<Record<string, unknown>>;

/** Writes a whole answer as a Message. Of several answers only the first: this dialect knows no more. */
export function writeMessage(events: readonly AnswerEvent[], head: AnswerHead): object {
  const answer = collectAnswer(events);
  const [choice] = answer.choices;
  const parts = choice?.parts ?? [];
  const stopSequence = choice?.stopSequence ?? null;
  return {
    ...emptyMessage({
      id: head.answerId,
      model: answer.model ?? head.requestedModel,
      usage: answer.usage,
    }),
    content: parts.flatMap((part, i) => blocksOf(part, `toolu_${head.answerId}_${String(i)}`)),
    stop_reason: stopReasonOf({
      reason: choice?.finishReason ?? 'stop',
      stopSequence,
      callsTools: parts.some((part) => part.type === 'tool_call'),
      refuses: parts.some((part) => part.type === 'refusal'),
    }),
    stop_sequence: stopSequence,
    usage: anthropicUsage(answer.usage),
  };
}

/** The content blocks of one part. */
function blocksOf(part: AnswerPart, spareId: string): readonly Json[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [{ type: 'text', text: part.text, citations: null }];
    case 'thinking': {
      const { text, signature, redactedData } = part;
      if (redactedData !== undefined) return [{ type: 'redacted_thinking', data: redactedData }];
      return [{ type: 'thinking', thinking: text, signature: signature ?? '' }];
    }
    case 'tool_call':
      return toolBlocks(part, part.id === '' ? spareId : part.id);
  }
}

function toolBlocks(call: ToolCallPart, id: string): readonly Json[] {
  const { name, argumentsText, signature } = call;
  // Arguments that are no JSON stay the text they are: the format does not say what an input must be.
  const input = argumentsText === '' ? {} : (parseJson(argumentsText) ?? argumentsText);
  const block = { type: 'tool_use', id, name, input };
  if (signature === undefined) return [block];
  const data = sealCallSignature({ callId: id, signature });
  return [{ type: 'redacted_thinking', data }, block];
}
