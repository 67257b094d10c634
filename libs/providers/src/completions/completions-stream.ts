import type { Usage } from '@weir/domain';
import type { AnswerStream, PairStream } from '../dialect/pair.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { ChatStreamObserver } from '../openai/chat-stream-observer.js';
import { STOP_COMMENT } from '../openai/stream-frames.js';
import { joinBytes } from '../text/join-bytes.js';
import { CompletionsWriter } from './completions-writer.js';

const EVENT_END = Uint8Array.of(10, 10);
const NOTHING = new Uint8Array(0);

/** A streamed completion that passes byte for byte, and the ends that Weir may have to give it. */
export class CompletionsStream extends ChatStreamObserver implements AnswerStream {
  readonly #input: PairStream;

  constructor(input: PairStream) {
    super({ removeUsageChunk: !input.includeUsage, ...input.bounds });
    this.#input = input;
  }

  /** @inheritdoc AnswerStream.stop */
  stop(usage: Usage | null): Uint8Array {
    const writer = this.#writer();
    const frames = [this.#boundary()];
    for (let choice = 0; choice < this.#input.reading.choices; choice++) {
      const finish = { type: 'finish', choice, reason: 'length', stopSequence: null } as const;
      frames.push(writer.write(finish));
    }
    frames.push(STOP_COMMENT);
    if (usage !== null) frames.push(writer.write({ type: 'usage', usage }));
    frames.push(writer.end());
    return joinBytes(frames);
  }

  /** @inheritdoc AnswerStream.fail */
  fail(error: ErrorFacts): Uint8Array {
    return joinBytes([this.#boundary(), this.#writer().fail(error)]);
  }

  /** Goes on where the provider was. */
  #writer(): CompletionsWriter {
    const { answerId, nowS, parsed, reading, includeUsage } = this.#input;
    return new CompletionsWriter({
      answerId: this.id ?? answerId,
      nowS: this.createdS ?? nowS,
      requestedModel: this.reportedModel ?? reading.model,
      includeUsage,
      request: parsed,
    });
  }

  /** Closes an oversized event that passes unread, lest our own frame become part of it. */
  #boundary(): Uint8Array {
    return this.isInsideEvent ? EVENT_END : NOTHING;
  }
}
