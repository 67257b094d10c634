import type { Usage } from '@weir/domain';
import type { AnswerStream } from '../dialect/pair.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import type { ProviderError } from '../openai/provider-error.js';
import { SseRelay } from '../sse/sse-relay.js';
import { decodeUtf8, parseJson } from '../text/parse-json.js';

/**
 * Gemini's other form of a stream, `streamGenerateContent` without `alt=sse`: one JSON array (`application/json`)
 * whose elements are the events. Upstream is always asked for server-sent events, so this only frames them anew, and
 * every way to every provider can be answered so. An element's bytes are the event's; one that is no JSON is left out,
 * for it would spoil the whole array.
 */

/** Longest event that becomes an element; generated pictures of 4K are some 20 MB. */
export const ARRAY_ELEMENT_BYTES_MAX = 33_554_432;

const encoder = new TextEncoder();
const BLANK = encoder.encode('\n');

/** Whether the query of `streamGenerateContent` leaves the stream in its array form. */
export function isJsonArrayAsked(query: string): boolean {
  return !/(?:^|[?&])(?:\$|%24)?alt=sse(?:&|$)/i.test(query);
}

/** The same stream, its events as the elements of one JSON array. */
export function jsonArrayStream(events: AnswerStream): AnswerStream {
  return new JsonArrayStream(events);
}

class JsonArrayStream implements AnswerStream {
  /** Only whole elements leave. */
  readonly isInsideEvent = false;
  readonly keepAlive = BLANK;

  readonly #events: AnswerStream;
  readonly #relay: SseRelay;
  #elements: string[] = [];
  #isOpen = false;
  /** Whether the array was open before the last push. */
  #wasOpen = false;

  constructor(events: AnswerStream) {
    this.#events = events;
    const handler = {
      onData: (bytes: Uint8Array, start: number, end: number): boolean => {
        const text = decodeUtf8(bytes.subarray(start, end));
        if (parseJson(text) !== undefined) this.#elements.push(text);
        return true;
      },
    };
    this.#relay = new SseRelay(handler, ARRAY_ELEMENT_BYTES_MAX);
  }

  push(chunk: Uint8Array): Uint8Array {
    this.#wasOpen = this.#isOpen;
    return encoder.encode(this.#framed(this.#events.push(chunk)));
  }

  finish(): Uint8Array {
    return this.#last(this.#events.finish());
  }

  /** The last push is not forwarded: where it opened the array, this does. */
  stop(usage: Usage | null): Uint8Array {
    this.#isOpen = this.#wasOpen;
    return this.#last(this.#events.stop(usage));
  }

  fail(error: ErrorFacts): Uint8Array {
    return this.#last(this.#events.fail(error));
  }

  producedText(): string {
    return this.#events.producedText();
  }

  get isDone(): boolean {
    return this.#events.isDone;
  }

  get usage(): Usage | null {
    return this.#events.usage;
  }

  get promptUsage(): Usage | null {
    return this.#events.promptUsage ?? null;
  }

  get finishReason(): string | null {
    return this.#events.finishReason;
  }

  get reportedModel(): string | null {
    return this.#events.reportedModel;
  }

  get error(): ProviderError | null {
    return this.#events.error;
  }

  get producedBytes(): number {
    return this.#events.producedBytes;
  }

  get outputTokensBound(): number {
    return this.#events.outputTokensBound;
  }

  get estimatedTokens(): number {
    return this.#events.estimatedTokens;
  }

  /** The elements of these events, with what goes before each. */
  #framed(events: Uint8Array): string {
    this.#relay.push(events);
    return this.#taken();
  }

  #taken(): string {
    let framed = '';
    for (const element of this.#elements) {
      framed += (this.#isOpen ? ',\r\n' : '[') + element;
      this.#isOpen = true;
    }
    this.#elements = [];
    return framed;
  }

  #last(events: Uint8Array): Uint8Array {
    const framed = this.#framed(events);
    this.#relay.finish();
    const rest = this.#taken();
    return encoder.encode(`${framed}${rest}${this.#isOpen ? ']' : '[]'}`);
  }
}
