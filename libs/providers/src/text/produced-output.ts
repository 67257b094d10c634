import { PRODUCED_TEXT_BYTES_MAX } from './text-buffer.js';
import { utf8Bytes } from './text-size.js';

/** Tokens a tool call may be billed beyond the bytes of its name and arguments. */
export const TOOL_CALL_FRAME_TOKENS = 16;
/** Tokens a choice may be billed beyond its text (role, end marker). */
export const CHOICE_FRAME_TOKENS = 4;
/** Bytes of text that are one token at the very most commonly. */
export const BYTES_PER_TOKEN_HIGH = 6;

/** Measures what a translated stream produced so far, and keeps its text for counting. */
export class ProducedOutput {
  /** Upper bound of the output's UTF-8 bytes, hidden reasoning included as far as it was sent. */
  bytes = 0;

  readonly #texts: string[] = [];
  #keptBytes = 0;
  #deltas = 0;
  #toolCalls = 0;

  /** Adds one event's text; `hiddenBytes` is the size of what cannot be read. */
  add(text: string, hiddenBytes: number, isToolCall: boolean): void {
    if (isToolCall) this.#toolCalls++;
    const textBytes = utf8Bytes(text);
    if (textBytes + hiddenBytes === 0) return;
    this.bytes += textBytes + hiddenBytes;
    this.#deltas++;
    if (this.#keptBytes + textBytes > PRODUCED_TEXT_BYTES_MAX) return;
    this.#keptBytes += textBytes;
    this.#texts.push(text);
  }

  /** No more output tokens than this: a token has at least one byte. Never decreases. */
  get tokensBound(): number {
    if (this.bytes === 0) return 0;
    return this.bytes + this.#toolCalls * TOOL_CALL_FRAME_TOKENS + CHOICE_FRAME_TOKENS;
  }

  /** A careful count, at or below the truth for ordinary text: a delta carries at least one token. */
  get estimatedTokens(): number {
    return Math.max(this.#deltas, Math.floor(this.bytes / BYTES_PER_TOKEN_HIGH));
  }

  /** The text so far, up to PRODUCED_TEXT_BYTES_MAX. */
  text(): string {
    return this.#texts.join('');
  }
}
