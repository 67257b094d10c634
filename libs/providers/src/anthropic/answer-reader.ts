import type { Usage } from '@weir/domain';
import type { AnswerEvent } from '../conversation/answer-event.js';
import type { AnswerReader } from '../conversation/sides.js';
import { asRecord } from '../openai/usage.js';
import type { UsageBounds } from '../openai/usage.js';
import { parseJson } from '../text/parse-json.js';
import { readAnthropicError } from './provider-error.js';
import { finishReasonOf } from './stop-reasons.js';
import { readDeltaUsage, readMessagesUsage, readStartUsage } from './usage.js';

type Json = Readonly<Record<string, unknown>>;

/** A tool call that is being read. */
interface OpenCall {
  /** 0, 1, … among the tool calls. */
  readonly index: number;
  hasArguments: boolean;
}

/** Reads Anthropic's stream, or a whole message, as neutral events. */
export class MessageAnswerReader implements AnswerReader {
  isDone = false;
  usage: Usage | null = null;
  promptUsage: Usage | null = null;

  readonly #bounds: UsageBounds;
  /** Tool calls by the index of their content block. */
  readonly #calls = new Map<unknown, OpenCall>();
  #hasFinished = false;
  #sawInvalidUsage = false;

  constructor(bounds: UsageBounds) {
    this.#bounds = bounds;
  }

  get isUsageInvalid(): boolean {
    return this.#sawInvalidUsage && this.usage === null;
  }

  read(data: string): readonly AnswerEvent[] {
    const event = asRecord(parseJson(data));
    switch (event?.['type']) {
      case 'message_start':
        return this.#start(asRecord(event['message']));
      case 'content_block_start':
        return this.#block(asRecord(event['content_block']), event['index']);
      case 'content_block_delta':
        return this.#delta(asRecord(event['delta']), event['index']);
      case 'content_block_stop':
        return this.#blockEnd(event['index']);
      case 'message_delta':
        return this.#messageDelta(event);
      case 'message_stop':
        this.isDone = true;
        return [];
      case 'error':
        return errorsOf(event);
      default:
        return [];
    }
  }

  /** An answer that was not streamed: each block begins, says everything and ends. */
  readWhole(parsed: unknown): readonly AnswerEvent[] {
    const message = asRecord(parsed);
    const error = errorsOf(message);
    if (message === null || error.length > 0) return error;
    const events: AnswerEvent[] = [startOf(message)];
    const content = message['content'];
    (Array.isArray(content) ? content : []).forEach((item, index) => {
      const block = asRecord(item);
      events.push(...this.#block(block, index), ...signatureOf(block), ...this.#blockEnd(index));
    });
    events.push(...this.#finish(message));
    const reading = readMessagesUsage(message['usage'], this.#bounds);
    return [...events, ...this.#noted(reading)];
  }

  #start(message: Json | null): readonly AnswerEvent[] {
    const reading = readStartUsage(message?.['usage'], this.#bounds);
    if (reading.state === 'valid') this.promptUsage = reading.usage;
    else if (reading.state === 'invalid') this.#sawInvalidUsage = true;
    return [startOf(message)];
  }

  /** A block as it begins; in a stream it is empty but for its kind. */
  #block(block: Json | null, at: unknown): readonly AnswerEvent[] {
    switch (block?.['type']) {
      case 'text':
        return wordsOf('text', block['text']);
      case 'thinking':
        return wordsOf('thinking', block['thinking']);
      case 'redacted_thinking':
        return [{ type: 'redacted_thinking', choice: 0, data: textOf(block['data']) }];
      case 'tool_use': {
        const index = this.#calls.size;
        this.#calls.set(at, { index, hasArguments: false });
        const id = textOf(block['id']);
        const call: AnswerEvent = {
          type: 'tool_call',
          choice: 0,
          index,
          id,
          name: textOf(block['name']),
        };
        const input = asRecord(block['input']);
        const isEmpty = input === null || Object.keys(input).length === 0;
        return isEmpty ? [call] : [call, ...this.#arguments(at, JSON.stringify(input))];
      }
      default:
        return [];
    }
  }

  #delta(delta: Json | null, at: unknown): readonly AnswerEvent[] {
    switch (delta?.['type']) {
      case 'text_delta':
        return wordsOf('text', delta['text']);
      case 'thinking_delta':
        return wordsOf('thinking', delta['thinking']);
      case 'signature_delta':
        return signatureOf(delta);
      case 'input_json_delta':
        return this.#arguments(at, textOf(delta['partial_json']));
      default:
        return [];
    }
  }

  #arguments(at: unknown, text: string): readonly AnswerEvent[] {
    const call = this.#calls.get(at);
    if (call === undefined || text === '') return [];
    call.hasArguments = true;
    return [{ type: 'tool_arguments', choice: 0, index: call.index, text }];
  }

  /** A tool that takes nothing was given nothing: in other dialects that is an empty object. */
  #blockEnd(at: unknown): readonly AnswerEvent[] {
    const call = this.#calls.get(at);
    return call === undefined || call.hasArguments ? [] : this.#arguments(at, '{}');
  }

  #messageDelta(event: Json): readonly AnswerEvent[] {
    const finish = this.#finish(asRecord(event['delta']));
    const reading = readDeltaUsage(event['usage'], this.promptUsage, this.#bounds);
    return [...finish, ...this.#noted(reading)];
  }

  #noted(reading: ReturnType<typeof readDeltaUsage>): readonly AnswerEvent[] {
    if (reading.state === 'invalid') this.#sawInvalidUsage = true;
    if (reading.state !== 'valid') return [];
    this.usage = reading.usage;
    return [{ type: 'usage', usage: reading.usage }];
  }

  #finish(end: Json | null): readonly AnswerEvent[] {
    const reason = end?.['stop_reason'];
    if (typeof reason !== 'string' || this.#hasFinished) return [];
    this.#hasFinished = true;
    const sequence = end?.['stop_sequence'];
    const stopSequence = typeof sequence === 'string' ? sequence : null;
    return [{ type: 'finish', choice: 0, reason: finishReasonOf(reason), stopSequence }];
  }
}

function startOf(message: Json | null): AnswerEvent {
  const id = textOf(message?.['id']);
  const model = textOf(message?.['model']);
  return { type: 'start', id: id === '' ? null : id, model: model === '' ? null : model };
}

function wordsOf(type: 'text' | 'thinking', value: unknown): readonly AnswerEvent[] {
  const text = textOf(value);
  return text === '' ? [] : [{ type, choice: 0, text }];
}

function signatureOf(holder: Json | null): readonly AnswerEvent[] {
  const signature = textOf(holder?.['signature']);
  return signature === '' ? [] : [{ type: 'thinking_signature', choice: 0, signature }];
}

function errorsOf(body: Json | null): readonly AnswerEvent[] {
  const error = readAnthropicError(body);
  return error === null ? [] : [{ type: 'error', error }];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
