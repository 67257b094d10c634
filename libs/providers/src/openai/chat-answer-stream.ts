import type { Usage } from '@weir/domain';
import type { AnswerStream, PairStream } from '../dialect/pair.js';
import { openAiError } from '../errors/openai-error.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { joinBytes } from '../text/join-bytes.js';
import { ChatStreamObserver } from './chat-stream-observer.js';
import { DONE_FRAME, errorFrame, finishFrame, STOP_COMMENT, usageFrame } from './stream-frames.js';

/** A streamed chat answer that passes byte for byte, and the ends that Weir may have to give it. */
export class ChatAnswerStream extends ChatStreamObserver implements AnswerStream {
  readonly #choices: number;
  readonly #includeUsage: boolean;

  constructor(input: PairStream) {
    super({ removeUsageChunk: !input.includeUsage, ...input.bounds });
    this.#choices = input.reading.choices;
    this.#includeUsage = input.includeUsage;
  }

  /** @inheritdoc AnswerStream.stop */
  stop(usage: Usage | null): Uint8Array {
    const frames = [this.#boundary(), finishFrame(this, 'length', this.#choices), STOP_COMMENT];
    if (usage !== null && this.#includeUsage) frames.push(usageFrame(this, usage));
    frames.push(DONE_FRAME);
    return joinBytes(frames);
  }

  /** @inheritdoc AnswerStream.fail */
  fail(error: ErrorFacts): Uint8Array {
    return joinBytes([this.#boundary(), errorFrame(this, openAiError(error).error)]);
  }

  /** Closes an oversized event that passes unread, lest our own frame become part of it. */
  #boundary(): Uint8Array {
    return this.isInsideEvent ? EVENT_END : NOTHING;
  }
}

const EVENT_END = Uint8Array.of(10, 10);
const NOTHING = new Uint8Array(0);
