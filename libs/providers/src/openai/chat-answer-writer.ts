import type { Usage } from '@weir/domain';
import type { AnswerEvent } from '../conversation/answer-event.js';
import type { AnswerHead, AnswerWriter } from '../conversation/sides.js';
import { openAiError } from '../errors/openai-error.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { joinBytes } from '../text/join-bytes.js';
import {
  callSignature,
  chatFinishReason,
  encryptedDetail,
  reasoningDetail,
  usesFunctions,
} from './chat-words.js';
import { chunkFrame, DONE_FRAME, errorFrame, usageFrame } from './stream-frames.js';
import type { StreamHead } from './stream-frames.js';

const NOTHING = new Uint8Array(0);
type Json = Readonly<Record<string, unknown>>;
type ChoiceEvent = Extract<AnswerEvent, { readonly choice: number }>;

/** Writes an answer as `chat.completion.chunk`s. Each choice opens with the chunk that names its role. */
export class ChatAnswerWriter implements AnswerWriter {
  readonly #head: AnswerHead;
  readonly #isLegacy: boolean;
  /** Choices that began, and the index of the thought each is at. */
  readonly #thoughts = new Map<number, number>();
  #model: string;
  #usage: Usage | null = null;

  constructor(head: AnswerHead) {
    this.#head = head;
    this.#isLegacy = usesFunctions(head.request);
    this.#model = head.requestedModel;
  }

  write(event: AnswerEvent): Uint8Array {
    switch (event.type) {
      case 'start':
        this.#model = event.model ?? this.#model;
        return this.#opening(0);
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
      case 'finish': {
        const opening = this.#opening(event.choice);
        const chunk = this.#chunkOf(event);
        return opening.length === 0 ? chunk : joinBytes([opening, chunk]);
      }
    }
  }

  end(): Uint8Array {
    if (this.#usage === null || !this.#head.includeUsage) return DONE_FRAME;
    return joinBytes([usageFrame(this.#streamHead(), this.#usage), DONE_FRAME]);
  }

  fail(error: ErrorFacts): Uint8Array {
    return errorFrame(this.#streamHead(), openAiError(error).error);
  }

  #delta(event: Exclude<ChoiceEvent, { readonly type: 'finish' }>): Json {
    switch (event.type) {
      case 'text':
        return { content: event.text };
      case 'refusal':
        return { refusal: event.text };
      case 'tool_call':
        return this.#callDelta(event);
      case 'tool_arguments': {
        const given = { arguments: event.text };
        if (this.#isLegacy) return { function_call: given };
        return { tool_calls: [{ index: event.index, function: given }] };
      }
      case 'thinking': {
        const detail = reasoningDetail(event.text, null, this.#thoughts.get(event.choice) ?? 0);
        return { reasoning_content: event.text, reasoning_details: [detail] };
      }
      case 'thinking_signature':
        return {
          reasoning_details: [reasoningDetail('', event.signature, this.#closeThought(event))],
        };
      case 'redacted_thinking':
        return { reasoning_details: [encryptedDetail(event.data, this.#closeThought(event))] };
    }
  }

  #callDelta(event: Extract<ChoiceEvent, { readonly type: 'tool_call' }>): Json {
    const named = { name: event.name, arguments: '' };
    if (this.#isLegacy) return { function_call: named };
    const { index, id, signature } = event;
    return {
      tool_calls: [{ index, id, type: 'function', function: named, ...callSignature(signature) }],
    };
  }

  /** The index of the thought that ends here. */
  #closeThought(event: ChoiceEvent): number {
    const index = this.#thoughts.get(event.choice) ?? 0;
    this.#thoughts.set(event.choice, index + 1);
    return index;
  }

  #chunkOf(event: ChoiceEvent): Uint8Array {
    if (event.type !== 'finish') return this.#chunk(event.choice, this.#delta(event), null);
    return this.#chunk(event.choice, {}, chatFinishReason(event.reason, this.#isLegacy));
  }

  #chunk(choice: number, delta: Json, finishReason: string | null): Uint8Array {
    const content = { index: choice, delta, logprobs: null, finish_reason: finishReason };
    return chunkFrame(this.#streamHead(), content);
  }

  #opening(choice: number): Uint8Array {
    if (this.#thoughts.has(choice)) return NOTHING;
    this.#thoughts.set(choice, 0);
    return this.#chunk(choice, { role: 'assistant', content: '', refusal: null }, null);
  }

  #streamHead(): StreamHead {
    return { id: this.#head.answerId, reportedModel: this.#model, createdS: this.#head.nowS };
  }
}
