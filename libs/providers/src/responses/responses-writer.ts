import type { Usage } from '@weir/domain';
import type { AnswerEvent, FinishReason } from '../conversation/answer-event.js';
import type { AnswerHead, AnswerWriter } from '../conversation/sides.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { joinBytes } from '../text/join-bytes.js';
import { ResponseItems } from './response-items.js';
import { responseErrorFrame, responseFrame } from './response-frames.js';
import { responseObject, type ResponseState } from './response-object.js';

const NOTHING = new Uint8Array(0);

/** Writes an answer as the events of `responses`: one item after the other, then the whole response once more. */
export class ResponsesWriter implements AnswerWriter {
  readonly #head: AnswerHead;
  readonly #items: ResponseItems;
  #frames: Uint8Array[] = [];
  #sequence = 0;
  #model: string;
  #usage: Usage | null = null;
  #reason: FinishReason = 'stop';

  constructor(head: AnswerHead) {
    this.#head = head;
    this.#model = head.requestedModel;
    this.#items = new ResponseItems(head.answerId, (type, members) => {
      this.#emit(type, members);
    });
  }

  write(event: AnswerEvent): Uint8Array {
    switch (event.type) {
      case 'start':
        this.#model = event.model ?? this.#model;
        this.#emit('response.created', { response: this.#response('in_progress') });
        this.#emit('response.in_progress', { response: this.#response('in_progress') });
        break;
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'error':
        break;
      case 'finish':
        this.#reason = event.reason;
        this.#items.close(this.#status() === 'incomplete');
        break;
      case 'text':
      case 'thinking':
      case 'thinking_signature':
      case 'redacted_thinking':
      case 'refusal':
      case 'tool_call':
      case 'tool_arguments':
        this.#items.add(event);
    }
    return this.#taken();
  }

  /** Closes what is open. @returns the whole response. */
  close(): object {
    this.#items.close(false);
    return this.#response(this.#status());
  }

  end(): Uint8Array {
    const response = this.close();
    this.#emit(`response.${this.#status()}`, { response });
    return this.#taken();
  }

  fail(error: ErrorFacts): Uint8Array {
    return responseErrorFrame(error, this.#sequence++);
  }

  #status(): 'completed' | 'incomplete' {
    return this.#incompleteReason() === null ? 'completed' : 'incomplete';
  }

  #incompleteReason(): ResponseState['incompleteReason'] {
    switch (this.#reason) {
      case 'length':
        return 'max_output_tokens';
      case 'content_filter':
      case 'refusal':
        return 'content_filter';
      case 'stop':
      case 'tool_calls':
      case 'pause':
        return null;
    }
  }

  #response(status: ResponseState['status']): object {
    const isOver = status !== 'in_progress';
    return responseObject(this.#head, {
      model: this.#model,
      status,
      incompleteReason: isOver ? this.#incompleteReason() : null,
      output: isOver ? this.#items.done() : [],
      usage: isOver ? this.#usage : null,
    });
  }

  #emit(type: string, members: object): void {
    this.#frames.push(responseFrame(type, this.#sequence++, members));
  }

  #taken(): Uint8Array {
    const frames = this.#frames;
    if (frames.length === 0) return NOTHING;
    this.#frames = [];
    return joinBytes(frames);
  }
}
