import type { Usage } from '@weir/domain';
import type { AnswerEvent } from '../conversation/answer-event.js';
import { producedText } from '../conversation/answer-summary.js';
import type { AnswerReader, AnswerWriter } from '../conversation/sides.js';
import type { AnswerStream } from '../dialect/pair.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import type { ProviderError } from '../openai/provider-error.js';
import { STOP_COMMENT } from '../openai/stream-frames.js';
import { SseRelay } from '../sse/sse-relay.js';
import type { SseEventHandler } from '../sse/sse-relay.js';
import { joinBytes } from '../text/join-bytes.js';
import { decodeUtf8 } from '../text/parse-json.js';
import { ProducedOutput } from '../text/produced-output.js';
import { EventLog } from './event-log.js';
import { errorFactsOf, EVENT_TOO_LONG, STREAM_ENDED_EARLY } from './provider-fault.js';

/** What a translated stream is made of. */
export interface TranslatedStreamParts {
  readonly reader: AnswerReader;
  /** A new writer for the same answer. */
  readonly newWriter: () => AnswerWriter;
  /** Answers the client asked for. */
  readonly choices: number;
  readonly answerId: string;
}

const NOTHING = new Uint8Array(0);

/**
 * One stream on its way from a provider's dialect to a client's: events are read whole, become neutral events, and
 * are written anew. Bytes depend only on the events, so it does not matter how the input was cut. Whatever a provider
 * does, the client's stream has one beginning and one end.
 */
export class TranslatedStream implements AnswerStream, SseEventHandler {
  isDone = false;
  finishReason: string | null = null;
  reportedModel: string | null = null;
  error: ProviderError | null = null;
  /** Only whole events are written. */
  readonly isInsideEvent = false;

  readonly #parts: TranslatedStreamParts;
  readonly #relay: SseRelay;
  readonly #produced = new ProducedOutput();
  /** What was written up to the last push, and in it: the last is taken back where it may not be forwarded. */
  readonly #log = new EventLog();
  #writer: AnswerWriter;
  readonly #begun = new Set<number>();
  readonly #finished = new Set<number>();
  #hasStarted = false;
  #hasEnded = false;
  #out: Uint8Array[] = [];

  constructor(parts: TranslatedStreamParts) {
    this.#parts = parts;
    this.#writer = parts.newWriter();
    this.#relay = new SseRelay(this);
  }

  get usage(): Usage | null {
    return this.#parts.reader.usage;
  }

  get promptUsage(): Usage | null {
    return this.#parts.reader.promptUsage ?? null;
  }

  get producedBytes(): number {
    return this.#produced.bytes;
  }

  get outputTokensBound(): number {
    return this.#produced.tokensBound;
  }

  get estimatedTokens(): number {
    return this.#produced.estimatedTokens;
  }

  producedText(): string {
    return this.#produced.text();
  }

  push(chunk: Uint8Array): Uint8Array {
    if (this.#hasEnded) return NOTHING;
    this.#log.keep();
    // What the relay forwards is the provider's dialect: comments, and events too long to be read.
    this.#relay.push(chunk);
    if (this.#relay.oversizedEvents > 0) this.#break(EVENT_TOO_LONG);
    return this.#taken();
  }

  finish(): Uint8Array {
    if (this.#hasEnded) return NOTHING;
    // An event without its blank line comes now: it may be the dialect's end.
    this.#relay.finish();
    if (!this.isDone && this.error === null) this.#close();
    return this.#taken();
  }

  /**
   * The last push is not forwarded, so nothing of it may be closed: a new writer is brought to where the client is.
   */
  stop(usage: Usage | null): Uint8Array {
    const finished = new Set<number>();
    this.#writer = this.#parts.newWriter();
    this.#hasStarted = false;
    for (const event of this.#log.kept()) {
      if (event.type === 'finish') finished.add(event.choice);
      this.#write(event);
    }
    this.#out = [];
    for (let choice = 0; choice < this.#parts.choices; choice++) {
      if (finished.has(choice)) continue;
      this.#write({ type: 'finish', choice, reason: 'length', stopSequence: null });
    }
    this.#out.push(STOP_COMMENT);
    if (usage !== null) this.#write({ type: 'usage', usage });
    this.#end();
    return this.#taken();
  }

  fail(error: ErrorFacts): Uint8Array {
    this.#hasEnded = true;
    return this.#writer.fail(error);
  }

  /** One event, from the relay. Its bytes are never forwarded. */
  onData(bytes: Uint8Array, start: number, end: number): boolean {
    const { reader } = this.#parts;
    if (this.#hasEnded) return false;
    for (const event of reader.read(decodeUtf8(bytes.subarray(start, end)))) {
      if (event.type === 'error') {
        this.#break(event.error);
        return false;
      }
      this.#note(event);
      this.#log.add(event);
      this.#write(event);
    }
    if (reader.isDone) {
      this.isDone = true;
      this.#end();
    }
    return false;
  }

  #note(event: AnswerEvent): void {
    if (event.type === 'start') this.reportedModel = event.model;
    else if (event.type === 'finish') {
      this.finishReason = event.reason;
      this.#finished.add(event.choice);
    } else if ('choice' in event) {
      this.#begun.add(event.choice);
    }
    const hidden = event.type === 'redacted_thinking' ? event.data.length : 0;
    this.#produced.add(producedText(event), hidden, event.type === 'tool_call');
  }

  #write(event: AnswerEvent): void {
    const writer = this.#writer;
    if (event.type === 'start') {
      if (this.#hasStarted) return;
    } else if (!this.#hasStarted) {
      this.#out.push(writer.write({ type: 'start', id: null, model: null }));
    }
    this.#hasStarted = true;
    this.#out.push(writer.write(event));
  }

  /** Whether every choice that began also finished. */
  #isWhole(): boolean {
    if (this.#finished.size === 0) return false;
    for (const choice of this.#begun) if (!this.#finished.has(choice)) return false;
    return true;
  }

  /** The upstream has no more to say, and its dialect's end was not seen. */
  #close(): void {
    if (this.#isWhole()) this.#end();
    else this.#break(STREAM_ENDED_EARLY);
  }

  #end(): void {
    if (!this.#hasStarted) this.#write({ type: 'start', id: null, model: null });
    this.#hasEnded = true;
    this.#out.push(this.#writer.end());
  }

  #break(error: ProviderError): void {
    this.error = error;
    this.#out.push(this.fail(errorFactsOf(error, this.#parts.answerId)));
  }

  #taken(): Uint8Array {
    const out = this.#out;
    if (out.length === 0) return NOTHING;
    this.#out = [];
    const [only] = out;
    return out.length === 1 && only !== undefined ? only : joinBytes(out);
  }
}
