import type { Usage } from '@weir/domain';
import type { AnswerStream, PairStream } from '../dialect/pair.js';
import { anthropicError } from '../errors/anthropic-error.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import type { ProviderError } from '../openai/provider-error.js';
import { STOP_COMMENT } from '../openai/stream-frames.js';
import { asRecord } from '../openai/usage.js';
import { SseRelay } from '../sse/sse-relay.js';
import type { SseEventHandler } from '../sse/sse-relay.js';
import { joinBytes } from '../text/join-bytes.js';
import { decodeUtf8, parseJson } from '../text/parse-json.js';
import { TextBuffer } from '../text/text-buffer.js';
import { utf8Bytes } from '../text/text-size.js';
import { DeltaProbe } from './delta-probe.js';
import { readAnthropicError } from './provider-error.js';
import {
  blockStopFrame,
  eventFrame,
  MESSAGE_STOP_FRAME,
  messageDeltaFrame,
  messageStartFrame,
} from './stream-frames.js';
import { readDeltaUsage, readStartUsage } from './usage.js';

/**
 * A streamed Anthropic message that passes byte for byte: `push` returns the same chunk untouched in the common case.
 * Deltas are recognised by their bytes, the few other events of a message are parsed. `usage` stays null until
 * `message_delta` tells the output, so that a stream that is cut before is counted and not taken for short; what
 * `message_start` told of the input is in `promptUsage`.
 */

type Json = Readonly<Record<string, unknown>>;

/** Tokens a tool call may be billed beyond the bytes of its name and arguments. */
const TOOL_CALL_FRAME_TOKENS = 16;
/** Tokens a message may be billed beyond its text. */
const MESSAGE_FRAME_TOKENS = 4;
/** Bytes of text that are one token at the very most commonly. */
const BYTES_PER_TOKEN_HIGH = 6;
const NAME_CHARS_MAX = 300;
const NO_BLOCKS: readonly number[] = [];
const EVENT_END = Uint8Array.of(10, 10);
const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

/** One stream. Not reusable. */
export class MessagesStream implements AnswerStream, SseEventHandler {
  isDone = false;
  usage: Usage | null = null;
  promptUsage: Usage | null = null;
  finishReason: string | null = null;
  reportedModel: string | null = null;
  error: ProviderError | null = null;
  producedBytes = 0;

  readonly #input: PairStream;
  readonly #relay: SseRelay;
  readonly #probe = new DeltaProbe();
  readonly #text = new TextBuffer();
  #deltas = 0;
  #toolCalls = 0;
  /** Bytes that carry thinking no one can read (signatures, redacted thinking): they bound what it may cost. */
  #opaqueBytes = 0;
  #isUsageInvalid = false;
  #isStarted = false;
  /** Content blocks that are open after the last push, and before it: see `stop`. */
  #openBlocks: readonly number[] = NO_BLOCKS;
  #openBefore: readonly number[] = NO_BLOCKS;
  #isStartedBefore = false;

  constructor(input: PairStream) {
    this.#input = input;
    this.#relay = new SseRelay(this);
  }

  /** Whether a usage came that could not be right, and no valid one. */
  get isUsageInvalid(): boolean {
    return this.#isUsageInvalid && this.usage === null;
  }

  get isInsideEvent(): boolean {
    return this.#relay.isInsideEvent;
  }

  get outputTokensBound(): number {
    const bytes = this.producedBytes + this.#opaqueBytes;
    if (bytes === 0) return 0;
    return bytes + this.#toolCalls * TOOL_CALL_FRAME_TOKENS + MESSAGE_FRAME_TOKENS;
  }

  get estimatedTokens(): number {
    return Math.max(this.#deltas, Math.floor(this.producedBytes / BYTES_PER_TOKEN_HIGH));
  }

  push(chunk: Uint8Array): Uint8Array {
    this.#openBefore = this.#openBlocks;
    this.#isStartedBefore = this.#isStarted;
    return this.#relay.push(chunk);
  }

  /** A stream without `message_stop` ends as the provider ended it: the SDKs tell a cut one by that. */
  finish(): Uint8Array {
    return this.#relay.finish();
  }

  producedText(): string {
    return this.#text.toText();
  }

  /** The bytes of the last push were not forwarded: the client knows the blocks that were open before it. */
  stop(usage: Usage | null): Uint8Array {
    const frames = [this.#boundary()];
    if (!this.#isStartedBefore) {
      const { answerId, reading } = this.#input;
      const model = this.reportedModel ?? reading.model;
      frames.push(messageStartFrame({ id: answerId, model, usage: this.promptUsage }));
    }
    for (const index of this.#openBefore) frames.push(blockStopFrame(index));
    const end = { stopReason: 'max_tokens', stopSequence: null };
    frames.push(messageDeltaFrame(end, usage, this.estimatedTokens));
    frames.push(STOP_COMMENT, MESSAGE_STOP_FRAME);
    return joinBytes(frames);
  }

  fail(error: ErrorFacts): Uint8Array {
    return joinBytes([this.#boundary(), eventFrame({ ...anthropicError(error) })]);
  }

  /** One event, from the relay. All are forwarded. */
  onData(bytes: Uint8Array, start: number, end: number): boolean {
    const probe = this.#probe;
    if (!probe.probe(bytes, start, end)) {
      this.#parsed(asRecord(parseJson(decodeUtf8(bytes.subarray(start, end)))));
    } else if (probe.textBytes > 0) {
      this.producedBytes += probe.textBytes;
      this.#deltas++;
      this.#text.append(bytes, probe.textStart, probe.textEnd);
    }
    return true;
  }

  #parsed(event: Json | null): void {
    switch (event?.['type']) {
      case 'message_start':
        this.#onStart(asRecord(event['message']));
        return;
      case 'content_block_start':
        this.#openBlocks = [...this.#openBlocks, indexOf(event)];
        this.#onBlock(asRecord(event['content_block']));
        return;
      case 'content_block_delta':
        this.#onBlock(asRecord(event['delta']));
        return;
      case 'content_block_stop': {
        const closed = indexOf(event);
        this.#openBlocks = this.#openBlocks.filter((index) => index !== closed);
        return;
      }
      case 'message_delta':
        this.#onDelta(event);
        return;
      case 'message_stop':
        this.isDone = true;
        return;
      case 'error':
        this.error ??= readAnthropicError(event);
        return;
    }
  }

  #onStart(message: Json | null): void {
    this.#isStarted = true;
    const model = message?.['model'];
    if (typeof model === 'string' && model !== '') {
      this.reportedModel = model.slice(0, NAME_CHARS_MAX);
    }
    const reading = readStartUsage(message?.['usage'], this.#input.bounds);
    if (reading.state === 'valid') this.promptUsage = reading.usage;
    else if (reading.state === 'invalid') this.#isUsageInvalid = true;
  }

  #onDelta(event: Json): void {
    const reason = asRecord(event['delta'])?.['stop_reason'];
    if (typeof reason === 'string') this.finishReason = reason.slice(0, NAME_CHARS_MAX);
    const reading = readDeltaUsage(event['usage'], this.promptUsage, this.#input.bounds);
    if (reading.state === 'valid') this.usage = reading.usage;
    else if (reading.state === 'invalid') this.#isUsageInvalid = true;
  }

  /** A content block as it begins, or a delta that the probe did not know. */
  #onBlock(block: Json | null): void {
    if (block === null) return;
    this.#opaqueBytes += lengthOf(block['signature']) + lengthOf(block['data']);
    this.#produce(block['text']);
    this.#produce(block['thinking']);
    this.#produce(block['partial_json']);
    if (!isToolUse(block['type'])) return;
    this.#toolCalls++;
    this.#produce(block['name']);
  }

  #produce(text: unknown): void {
    if (typeof text !== 'string' || text === '') return;
    const escaped = encoder.encode(JSON.stringify(text));
    this.producedBytes += utf8Bytes(text);
    this.#deltas++;
    this.#text.append(escaped, 1, escaped.length - 1);
  }

  /** Closes an oversized event that passes unread, lest our own frame become part of it. */
  #boundary(): Uint8Array {
    return this.isInsideEvent ? EVENT_END : NOTHING;
  }
}

function isToolUse(type: unknown): boolean {
  return type === 'tool_use' || type === 'server_tool_use' || type === 'mcp_tool_use';
}

function indexOf(event: Json): number {
  const index = event['index'];
  return typeof index === 'number' ? index : 0;
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
