import type { AnswerEvent } from '../conversation/answer-event.js';
import { collectAnswer, textOf, toolCallsOf } from '../conversation/collect-answer.js';
import type { CollectedChoice } from '../conversation/collect-answer.js';
import type { Part } from '../conversation/conversation.js';
import type { AnswerHead } from '../conversation/sides.js';
import {
  callSignature,
  chatFinishReason,
  encryptedDetail,
  reasoningDetail,
  usesFunctions,
} from './chat-words.js';
import { openAiUsage } from './stream-frames.js';

type Json = Readonly<Record<string, unknown>>;

/** Writes a whole answer as a `chat.completion`. */
export function writeChatAnswer(events: readonly AnswerEvent[], head: AnswerHead): object {
  const answer = collectAnswer(events);
  const isLegacy = usesFunctions(head.request);
  return {
    id: head.answerId,
    object: 'chat.completion',
    created: head.nowS,
    model: answer.model ?? head.requestedModel,
    choices: answer.choices.map((choice) => writeChoice(choice, isLegacy)),
    ...(answer.usage === null ? {} : { usage: openAiUsage(answer.usage) }),
  };
}

function writeChoice(choice: CollectedChoice, isLegacy: boolean): Json {
  return {
    index: choice.index,
    message: assistantMessage(choice.parts, isLegacy),
    logprobs: null,
    finish_reason: chatFinishReason(choice.finishReason, isLegacy),
  };
}

function assistantMessage(parts: readonly Part[], isLegacy: boolean): Json {
  const text = textOf(parts);
  const refusal = textOf(parts, 'refusal');
  const calls = toolCallsOf(parts);
  const isSilent = calls.length > 0 || refusal !== '';
  return {
    role: 'assistant',
    content: text === '' && isSilent ? null : text,
    refusal: refusal === '' ? null : refusal,
    ...reasoningMembers(parts),
    ...callMembers(calls, isLegacy),
  };
}

function callMembers(calls: ReturnType<typeof toolCallsOf>, isLegacy: boolean): Json {
  const [first] = calls;
  if (first === undefined) return {};
  if (isLegacy) return { function_call: { name: first.name, arguments: first.argumentsText } };
  return {
    tool_calls: calls.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.argumentsText },
      ...callSignature(call.signature),
    })),
  };
}

/** The words for everybody, and the entries that bring signatures back. */
function reasoningMembers(parts: readonly Part[]): Json {
  const thoughts = parts.filter((part) => part.type === 'thinking');
  if (thoughts.length === 0) return {};
  const words = thoughts.map((thought) => thought.text).join('');
  return {
    ...(words === '' ? {} : { reasoning_content: words }),
    reasoning_details: thoughts.map(({ text, signature, redactedData }, i) =>
      redactedData === undefined
        ? reasoningDetail(text, signature, i)
        : encryptedDetail(redactedData, i),
    ),
  };
}
