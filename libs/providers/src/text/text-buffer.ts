/**
 * Keeps the text a stream produced, as its JSON-escaped bytes, so that it can be counted when the provider
 * reports no usage. Copying a few bytes per event is far cheaper than decoding each, and most streams never
 * need it. The text lives only as long as the request and is never logged.
 */

/** Most bytes kept of one request; what comes later is counted by its length only. */
export const PRODUCED_TEXT_BYTES_MAX = 4_194_304;

const FIRST_CAPACITY_BYTES = 1_024;
const decoder = new TextDecoder();

/** A growing buffer of JSON-escaped text. */
export class TextBuffer {
  #bytes: Uint8Array | null = null;
  #length = 0;
  #isTruncated = false;

  /** Whether text was dropped because the limit was reached. */
  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  /** Appends `source[start, end)`. */
  append(source: Uint8Array, start: number, end: number): void {
    const needed = this.#length + end - start;
    if (needed > PRODUCED_TEXT_BYTES_MAX) {
      this.#isTruncated = true;
      return;
    }
    let bytes = this.#bytes;
    if (bytes === null || needed > bytes.length) {
      const grown = new Uint8Array(Math.max(FIRST_CAPACITY_BYTES, needed * 2));
      if (bytes !== null) grown.set(bytes.subarray(0, this.#length));
      this.#bytes = bytes = grown;
    }
    // Deltas are a few bytes long: a loop beats the call that `set` would be.
    for (let i = start, to = this.#length; i < end; i++, to++) bytes[to] = source[i] ?? 0;
    this.#length = needed;
  }

  /** The text, escapes resolved. Costs a decode and a parse: call it once, at the end. */
  toText(): string {
    if (this.#bytes === null) return '';
    const escaped = decoder.decode(this.#bytes.subarray(0, this.#length));
    try {
      const parsed: unknown = JSON.parse(`"${escaped}"`);
      return typeof parsed === 'string' ? parsed : escaped;
    } catch {
      // SyntaxError: the provider's JSON was malformed. Its raw text counts nearly the same.
      return escaped;
    }
  }
}
