import { SseRelay } from '../sse/sse-relay.js';
import type { SseEventHandler } from '../sse/sse-relay.js';
import {
  BYTES_PER_TOKEN_HIGH,
  CHOICE_FRAME_TOKENS,
  TOOL_CALL_FRAME_TOKENS,
} from '../text/produced-output.js';
import { TextBuffer } from '../text/text-buffer.js';
import type { Usage } from '@weir/domain';
import { ChunkProbe } from './chunk-probe.js';
import { asRecord, readChatUsage } from './usage.js';
import type { UsageBounds } from './usage.js';
import { readProviderError } from './provider-error.js';
import type { ProviderError } from './provider-error.js';

/**
 * Watches one streamed chat completion while its bytes pass: `push` returns what to forward, the same chunk
 * untouched in the common case. Whole events only, so the caller can stop between any two pushes.
 *
 * The caller journals its `end` when `isDone` turns true, before it forwards that push's bytes; a stream without
 * `[DONE]` ends with `finish`. Chunks larger than it wants to hold for at once the caller cuts itself.
 */

/** How a stream is watched. */
export interface ChatStreamOptions extends UsageBounds {
  /** Whether the usage-only chunk is removed because the client did not ask for it. */
  readonly removeUsageChunk: boolean;
}

const FINISH_REASON_BYTES_MAX = 100;
const MODEL_CHARS_MAX = 300;

const decoder = new TextDecoder();

/** One stream's observer. Not reusable. */
export class ChatStreamObserver implements SseEventHandler {
  /** Upper bound of the text produced so far, in UTF-8 bytes. */
  producedBytes = 0;
  /** Events so far that carried produced text. */
  deltas = 0;
  /** Whether `[DONE]` was seen. */
  isDone = false;
  /** The last valid usage so far, or null. */
  usage: Usage | null = null;
  /** An error inside the stream, or null. */
  error: ProviderError | null = null;
  /** The provider's finish reason so far, or null. */
  finishReason: string | null = null;
  /** Id, model and creation time of the first chunk: what a chunk of our own must repeat. */
  id: string | null = null;
  reportedModel: string | null = null;
  createdS: number | null = null;

  readonly #options: ChatStreamOptions;
  readonly #relay: SseRelay;
  readonly #probe = new ChunkProbe();
  readonly #text = new TextBuffer();
  #toolCalls = 0;
  #sawInvalidUsage = false;
  #hasHead = false;

  constructor(options: ChatStreamOptions) {
    this.#options = options;
    this.#relay = new SseRelay(this);
  }

  /** Takes the next bytes from upstream; returns those to forward, possibly empty. */
  push(chunk: Uint8Array): Uint8Array {
    return this.#relay.push(chunk);
  }

  /** The upstream ended: the bytes still to forward, an event that had no blank line. Often empty. */
  finish(): Uint8Array {
    return this.#relay.finish();
  }

  /** Whether the provider reported a usage that could not be right, and no valid one. */
  get isUsageInvalid(): boolean {
    return this.#sawInvalidUsage && this.usage === null;
  }

  /** Whether what was forwarded ends inside an event (one above the size limit): nothing of ours may be put there. */
  get isInsideEvent(): boolean {
    return this.#relay.isInsideEvent;
  }

  /**
   * No more output tokens than this can have been produced so far (reasoning that is hidden apart): a token has
   * at least one byte. Never decreases; holds are extended by its growth.
   */
  get outputTokensBound(): number {
    const frames = this.#toolCalls * TOOL_CALL_FRAME_TOKENS + CHOICE_FRAME_TOKENS;
    return this.producedBytes === 0 ? 0 : this.producedBytes + frames;
  }

  /**
   * A careful count of the output tokens so far, at or below the truth for ordinary text: for progress records and
   * live figures. A delta carries at least one token, and a token seldom more than six bytes.
   */
  get estimatedTokens(): number {
    return Math.max(this.deltas, Math.floor(this.producedBytes / BYTES_PER_TOKEN_HIGH));
  }

  /** The produced text, for counting when no usage came. Costs a decode: call it once. */
  producedText(): string {
    return this.#text.toText();
  }

  /** One event, from the relay. @returns whether it is forwarded. */
  onData(bytes: Uint8Array, start: number, end: number): boolean {
    if (isDoneMarker(bytes, start, end)) {
      this.isDone = true;
      return true;
    }
    const probe = this.#probe;
    probe.probe(bytes, start, end);
    if (probe.textBytes > 0) {
      this.producedBytes += probe.textBytes;
      this.deltas++;
      this.#toolCalls += probe.toolCallsBegun;
      const ranges = probe.textRanges;
      for (let i = 0; i < ranges.length; i += 2) {
        this.#text.append(bytes, ranges[i] ?? 0, ranges[i + 1] ?? 0);
      }
    }
    const reasonBytes = probe.finishReasonEnd - probe.finishReasonStart;
    if (probe.finishReasonStart !== -1 && reasonBytes <= FINISH_REASON_BYTES_MAX) {
      this.finishReason = decoder.decode(
        bytes.subarray(probe.finishReasonStart, probe.finishReasonEnd),
      );
    }
    if (!this.#hasHead || probe.hasUsage || probe.hasError) return this.#parsed(bytes, start, end);
    return true;
  }

  /** The few events worth a parse: the first, those with usage, those with an error. */
  #parsed(bytes: Uint8Array, start: number, end: number): boolean {
    const chunk = parseObject(decoder.decode(bytes.subarray(start, end)));
    if (chunk === null) return true;
    this.#readHead(chunk);
    this.error ??= readProviderError(chunk['error']);
    const given = chunk['usage'] ?? asRecord(chunk['x_groq'])?.['usage'];
    const reading = readChatUsage(given, this.#options);
    if (reading.state === 'absent') return true;
    if (reading.state === 'valid') this.usage = reading.usage;
    else this.#sawInvalidUsage = true;
    return !(this.#options.removeUsageChunk && isUsageOnly(chunk));
  }

  #readHead(chunk: Readonly<Record<string, unknown>>): void {
    if (this.#hasHead) return;
    const { id, model, created } = {
      id: chunk['id'],
      model: chunk['model'],
      created: chunk['created'],
    };
    // Azure opens with a chunk of filter results that has no model: wait for one that has.
    if (typeof model !== 'string' || model === '') return;
    this.#hasHead = true;
    this.reportedModel = model.slice(0, MODEL_CHARS_MAX);
    this.id = typeof id === 'string' ? id : null;
    this.createdS = typeof created === 'number' ? created : null;
  }
}

/** Whether a chunk says nothing but usage: its choices are missing or empty. */
function isUsageOnly(chunk: Readonly<Record<string, unknown>>): boolean {
  const choices = chunk['choices'];
  return (
    choices === undefined || choices === null || (Array.isArray(choices) && choices.length === 0)
  );
}

/** `[DONE]`, by its bytes. */
function isDoneMarker(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start >= 6 && bytes[start] === 91 && bytes[start + 1] === 68 && bytes[start + 5] === 93
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    // SyntaxError: the event is malformed. It is forwarded and tells us nothing.
    return null;
  }
}
