import type { Usage } from '@weir/domain';
import type { AnswerStream, PairStream } from '../dialect/pair.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import type { ProviderError } from '../openai/provider-error.js';
import { STOP_COMMENT } from '../openai/stream-frames.js';
import { asRecord } from '../openai/usage.js';
import { SseRelay } from '../sse/sse-relay.js';
import type { SseEventHandler } from '../sse/sse-relay.js';
import { joinBytes } from '../text/join-bytes.js';
import { decodeUtf8, parseJson } from '../text/parse-json.js';
import { ProducedOutput } from '../text/produced-output.js';
import {
  candidatesOf,
  finishReasonOf,
  mediaBytesOf,
  nameOf,
  partsOf,
  readGeminiError,
  writtenIn,
} from './answer-shape.js';
import type { Json } from './members.js';
import { geminiErrorFrame, maxTokensFrame } from './stream-frames.js';
import { readGeminiUsage } from './usage.js';

/**
 * Watches one streamed Gemini answer while its bytes pass: `push` hands on the very chunk it took. Every event repeats
 * the usage so far, so each is parsed; the last valid usage counts.
 *
 * The dialect has no end marker: the stream ends when the upstream closes it, and `isDone` stays false until then.
 * What a client takes for the end is an event with a finish reason, a refused prompt or an error, and the caller must
 * journal its `end` before that leaves. From the first such event on, therefore, the newest push is held back until
 * the next one comes (with several candidates, or where a server repeats the reason) or until `finish`, whose bytes the
 * caller forwards only after the journal. Events before it pass at once: a stream cut there has no end to anticipate.
 */

/** Tokens one generated picture or piece of sound is billed at most: 4K pictures cost 2,000. */
const MEDIA_PART_TOKENS_MAX = 4_096;
const FINISH_REASON_CHARS_MAX = 100;

const NOTHING = new Uint8Array(0);
const EVENT_END = Uint8Array.of(13, 10, 13, 10);

/** One stream. Not reusable. */
export class GeminiAnswerStream implements AnswerStream, SseEventHandler {
  usage: Usage | null = null;
  error: ProviderError | null = null;
  finishReason: string | null = null;
  reportedModel: string | null = null;
  responseId: string | null = null;
  /** Whether the upstream ended after it had said how the answer ends. */
  isDone = false;
  /** Whether what was forwarded ends inside an event (one above the size limit). */
  isInsideEvent = false;

  #wasInsideEvent = false;

  readonly #input: PairStream;
  readonly #relay: SseRelay;
  readonly #produced = new ProducedOutput();
  #sawInvalidUsage = false;
  #reportedOutputMax = 0;
  /** Whether an event that ends the answer was seen. */
  #isEnding = false;
  /** Since then: the bytes of the newest push, and whether they end inside an event. */
  #held: Uint8Array = NOTHING;
  #isHeldInside = false;

  constructor(input: PairStream) {
    this.#input = input;
    this.#relay = new SseRelay(this);
  }

  /** @inheritdoc AnswerStream.push */
  push(chunk: Uint8Array): Uint8Array {
    this.#wasInsideEvent = this.isInsideEvent;
    const passed = this.#relay.push(chunk);
    const isInside = this.#relay.isInsideEvent;
    if (!this.#isEnding) {
      this.isInsideEvent = isInside;
      return passed;
    }
    if (passed.length === 0) return passed;
    const before = this.#held;
    if (before.length > 0) this.isInsideEvent = this.#isHeldInside;
    this.#held = passed;
    this.#isHeldInside = isInside;
    return before;
  }

  /** @inheritdoc AnswerStream.finish */
  finish(): Uint8Array {
    const tail = this.#relay.finish();
    const last = joinBytes([this.#held, tail]);
    this.#held = NOTHING;
    this.isDone = this.#isEnding;
    return last;
  }

  /** Whether the provider reported a usage that could not be right, and no valid one. */
  get isUsageInvalid(): boolean {
    return this.#sawInvalidUsage && this.usage === null;
  }

  get producedBytes(): number {
    return this.#produced.bytes;
  }

  /** The reported usage counts too: it tells of hidden thoughts. */
  get outputTokensBound(): number {
    return Math.max(this.#produced.tokensBound, this.#reportedOutputMax);
  }

  /** The reported usage of the events so far, where it came: each event brings it up to date. */
  get estimatedTokens(): number {
    return this.usage?.output ?? this.#produced.estimatedTokens;
  }

  producedText(): string {
    return this.#produced.text();
  }

  /** @inheritdoc AnswerStream.stop */
  stop(usage: Usage | null): Uint8Array {
    const last = maxTokensFrame(this, this.#input.reading.choices, usage);
    return joinBytes([this.#boundary(), last, STOP_COMMENT]);
  }

  /** @inheritdoc AnswerStream.fail */
  fail(error: ErrorFacts): Uint8Array {
    return joinBytes([this.#boundary(), geminiErrorFrame(error)]);
  }

  /** One event, from the relay. All are forwarded. */
  onData(bytes: Uint8Array, start: number, end: number): true {
    const chunk = asRecord(parseJson(decodeUtf8(bytes.subarray(start, end))));
    // Malformed: it is forwarded and tells us nothing.
    if (chunk === null) return true;
    this.reportedModel ??= nameOf(chunk['modelVersion']);
    this.responseId ??= nameOf(chunk['responseId']);
    this.error ??= readGeminiError(chunk['error']);
    for (const candidate of candidatesOf(chunk)) {
      for (const part of partsOf(candidate)) this.#part(part);
    }
    const reason = finishReasonOf(chunk);
    if (reason !== null) this.finishReason = reason.slice(0, FINISH_REASON_CHARS_MAX);
    if (reason !== null || this.error !== null) this.#isEnding = true;
    this.#readUsage(chunk['usageMetadata']);
    return true;
  }

  #part(part: Json): void {
    const mediaTokens = Math.min(mediaBytesOf(part), MEDIA_PART_TOKENS_MAX);
    this.#produced.add(writtenIn(part), mediaTokens, part['functionCall'] !== undefined);
  }

  #readUsage(value: unknown): void {
    const reading = readGeminiUsage(value, this.#input.bounds, this.#produced.bytes > 0);
    if (reading.state === 'invalid') this.#sawInvalidUsage = true;
    if (reading.state !== 'valid') return;
    this.usage = reading.usage;
    this.#reportedOutputMax = Math.max(this.#reportedOutputMax, reading.usage.output);
  }

  /**
   * Closes an oversized event that passes unread, lest our own frame become part of it; also one that the last push
   * closed, which may not have been forwarded. An empty line too many says nothing.
   */
  #boundary(): Uint8Array {
    return this.isInsideEvent || this.#wasInsideEvent ? EVENT_END : NOTHING;
  }
}
