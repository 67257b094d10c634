import type { Usage } from '@weir/domain';
import type { AnswerEvent } from '../conversation/answer-event.js';
import { collectAnswer } from '../conversation/collect-answer.js';
import type { ToolCallPart } from '../conversation/conversation.js';
import type { AnswerHead, AnswerWriter } from '../conversation/sides.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { joinBytes } from '../text/join-bytes.js';
import { callPart, partOf, wordsOf } from './answer-parts.js';
import { geminiFinishReason } from './finish-reasons.js';
import type { Json } from './members.js';
import { geminiErrorFrame, geminiFrame } from './stream-frames.js';
import { geminiUsage } from './usage.js';

const NOTHING = new Uint8Array(0);
const MALFORMED_CALL = 'MALFORMED_FUNCTION_CALL';
type ChoiceEvent = Extract<AnswerEvent, { readonly choice: number }>;

/** One candidate on its way out. */
interface OpenCandidate {
  /** Calls whose arguments are still being written, by their index. */
  readonly calls: Map<number, ToolCallPart>;
  finishReason: string | null;
  hasMalformedCall: boolean;
}

/**
 * Writes an answer as a stream of `generateContent` chunks. Gemini sends a call's arguments whole, as an object, so
 * their pieces wait until the candidate goes on to something else or ends. How the candidates ended and the usage
 * come in one last chunk, which is what clients take for the end.
 */
export class GeminiAnswerWriter implements AnswerWriter {
  readonly #head: AnswerHead;
  readonly #candidates = new Map<number, OpenCandidate>();
  #id: string;
  #model: string;
  #usage: Usage | null = null;

  constructor(head: AnswerHead) {
    this.#head = head;
    this.#id = head.answerId;
    this.#model = head.requestedModel;
  }

  write(event: AnswerEvent): Uint8Array {
    switch (event.type) {
      case 'start':
        this.#id = event.id ?? this.#head.answerId;
        this.#model = event.model ?? this.#model;
        return NOTHING;
      case 'usage':
        this.#usage = event.usage;
        return NOTHING;
      case 'error':
        return NOTHING;
      case 'text':
      case 'thinking':
      case 'thinking_signature':
      case 'redacted_thinking':
      case 'refusal':
      case 'tool_call':
      case 'tool_arguments':
      case 'finish':
        return this.#choice(event);
    }
  }

  end(): Uint8Array {
    const calls = [...this.#candidates.keys()].map((index) => this.#calls(index));
    const candidates = [...this.#candidates]
      .sort(([a], [b]) => a - b)
      .map(([index, candidate]) => ({
        content: { parts: [{ text: '' }], role: 'model' },
        finishReason: reasonOf(candidate),
        index,
      }));
    const usage = this.#usage === null ? {} : { usageMetadata: geminiUsage(this.#usage) };
    return joinBytes([...calls, this.#frame({ candidates, ...usage })]);
  }

  fail(error: ErrorFacts): Uint8Array {
    return geminiErrorFrame(error);
  }

  #choice(event: ChoiceEvent): Uint8Array {
    const candidate = this.#candidateAt(event.choice);
    switch (event.type) {
      case 'tool_call': {
        const { id, name, signature } = event;
        const call: ToolCallPart = { type: 'tool_call', id, name, argumentsText: '' };
        candidate.calls.set(event.index, signature === undefined ? call : { ...call, signature });
        return NOTHING;
      }
      case 'tool_arguments': {
        const call = candidate.calls.get(event.index);
        if (call === undefined) return NOTHING;
        const argumentsText = call.argumentsText + event.text;
        candidate.calls.set(event.index, { ...call, argumentsText });
        return NOTHING;
      }
      case 'finish':
        candidate.finishReason = geminiFinishReason(event.reason);
        return this.#calls(event.choice);
      case 'text':
      case 'thinking':
      case 'thinking_signature':
      case 'redacted_thinking':
      case 'refusal': {
        const part = wordsOf(event);
        const calls = this.#calls(event.choice);
        if (part === null) return calls;
        const chunk = this.#parts(event.choice, [part]);
        return calls.length === 0 ? chunk : joinBytes([calls, chunk]);
      }
    }
  }

  /** The calls that waited, in one chunk: parallel ones are parts of one content. */
  #calls(index: number): Uint8Array {
    const candidate = this.#candidateAt(index);
    const parts: Json[] = [];
    for (const call of candidate.calls.values()) {
      const part = callPart(call);
      if (part === null) candidate.hasMalformedCall = true;
      else parts.push(part);
    }
    candidate.calls.clear();
    return parts.length === 0 ? NOTHING : this.#parts(index, parts);
  }

  #parts(index: number, parts: readonly Json[]): Uint8Array {
    return this.#frame({ candidates: [{ content: { parts, role: 'model' }, index }] });
  }

  #frame(chunk: object): Uint8Array {
    return geminiFrame({ ...chunk, modelVersion: this.#model, responseId: this.#id });
  }

  #candidateAt(index: number): OpenCandidate {
    const known = this.#candidates.get(index);
    if (known !== undefined) return known;
    const begun = {
      calls: new Map<number, ToolCallPart>(),
      finishReason: null,
      hasMalformedCall: false,
    };
    this.#candidates.set(index, begun);
    return begun;
  }
}

/** Writes an answer that is not streamed. */
export function writeGeminiAnswer(events: readonly AnswerEvent[], head: AnswerHead): object {
  const answer = collectAnswer(events);
  const candidates = answer.choices.map(({ index, parts, finishReason }) => {
    const written = parts.map(partOf);
    const isMalformed = written.some((part, i) => part === null && parts[i]?.type === 'tool_call');
    return {
      content: { parts: written.filter((part) => part !== null), role: 'model' },
      finishReason: isMalformed ? MALFORMED_CALL : geminiFinishReason(finishReason),
      index,
    };
  });
  return {
    candidates,
    ...(answer.usage === null ? {} : { usageMetadata: geminiUsage(answer.usage) }),
    modelVersion: answer.model ?? head.requestedModel,
    responseId: answer.id ?? head.answerId,
  };
}

/** A candidate that was never finished ended for a reason no one told. */
function reasonOf(candidate: OpenCandidate): string {
  if (candidate.hasMalformedCall) return MALFORMED_CALL;
  return candidate.finishReason ?? 'OTHER';
}
