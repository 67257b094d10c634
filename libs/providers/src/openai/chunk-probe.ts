/**
 * Looks into one `chat.completion.chunk` (or legacy completion chunk) without parsing it: one pass over the
 * bytes that follows nesting and keys, and notes where produced text lies and whether the event has something
 * worth a real parse (usage, an error). A chunk of 300 bytes takes a fraction of a microsecond and allocates
 * nothing, which is why streams cost little more than the bare proxy.
 *
 * Depths, the root object being 1: choice 3, delta 4, function_call 5, tool call 6, function 7.
 * Anything malformed makes the probe find less; it never throws. A quoted `"usage":` inside produced text has
 * its quotes escaped, so it cannot be mistaken for a key.
 */

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const LOWER_N = 110;
const LOWER_U = 117;

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const USAGE = ascii('usage');
const ERROR = ascii('error');
const X_GROQ = ascii('x_groq');
const FINISH_REASON = ascii('finish_reason');
const TEXT = ascii('text');
const CONTENT = ascii('content');
const REFUSAL = ascii('refusal');
const REASONING = ascii('reasoning');
const REASONING_CONTENT = ascii('reasoning_content');
const ARGUMENTS = ascii('arguments');
const NAME = ascii('name');

/** What one chunk contained. Fields are overwritten by each `probe`. */
export class ChunkProbe {
  /** Produced text as [start, end, …] of the JSON-escaped bytes, quotes excluded. */
  readonly textRanges: number[] = [];
  /** Upper bound of the produced text's UTF-8 bytes, escapes resolved. */
  textBytes = 0;
  /** Tool calls (or function calls) that began: their name was seen. */
  toolCallsBegun = 0;
  /** Whether a `usage` that is not null is there, at the root or under `x_groq`. */
  hasUsage = false;
  /** Whether an `error` that is not null is there. */
  hasError = false;
  /** Start and end of the last finish reason's bytes; start −1 = none. */
  finishReasonStart = -1;
  finishReasonEnd = -1;

  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  /** Bytes of the string scanned last, escapes resolved. */
  #stringBytes = 0;
  #sawReasoning = false;

  /** Reads the chunk's JSON in `bytes[start, end)`. */
  probe(bytes: Uint8Array, start: number, end: number): void {
    this.textRanges.length = 0;
    this.textBytes = 0;
    this.toolCallsBegun = 0;
    this.hasUsage = false;
    this.hasError = false;
    this.finishReasonStart = -1;
    this.#sawReasoning = false;
    this.#bytes = bytes;
    this.#end = end;

    let depth = 0;
    let at = start;
    while (at < end) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        const close = this.#stringEnd(at + 1);
        const colon = this.#skipSpace(close + 1);
        if (bytes[colon] === COLON && colon < end) {
          at = this.#key(at + 1, close, depth, this.#skipSpace(colon + 1));
        } else {
          at = close + 1;
        }
        continue;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
      at++;
    }
  }

  /** Handles the key in `[from, to)` whose value begins at `value`; returns where to go on. */
  #key(from: number, to: number, depth: number, value: number): number {
    const length = to - from;
    if (this.#bytes[value] !== QUOTE) {
      if (depth === 1 && this.#bytes[value] !== LOWER_N) {
        if (this.#is(USAGE, from, length) || this.#is(X_GROQ, from, length)) this.hasUsage = true;
        else if (this.#is(ERROR, from, length)) this.hasError = true;
      }
      return value;
    }
    const close = this.#stringEnd(value + 1);
    if (depth >= 3) {
      if (this.#isText(from, length, depth)) this.#text(value + 1, close);
      else if (depth === 3 && this.#is(FINISH_REASON, from, length)) {
        this.finishReasonStart = value + 1;
        this.finishReasonEnd = close;
      }
    } else if (depth === 1 && this.#is(ERROR, from, length)) {
      this.hasError = true;
    }
    return close + 1;
  }

  #isText(from: number, length: number, depth: number): boolean {
    if (depth === 4) {
      if (this.#is(CONTENT, from, length) || this.#is(REFUSAL, from, length)) return true;
      // Some servers send the same reasoning under both names: the first counts.
      if (this.#is(REASONING_CONTENT, from, length) || this.#is(REASONING, from, length)) {
        const isFirst = !this.#sawReasoning;
        this.#sawReasoning = true;
        return isFirst;
      }
      return false;
    }
    if (depth === 5 || depth === 7) {
      if (this.#is(NAME, from, length)) {
        this.toolCallsBegun++;
        return true;
      }
      return this.#is(ARGUMENTS, from, length);
    }
    // Legacy completions (3), and content that is a list of typed parts (6 and deeper).
    return this.#is(TEXT, from, length);
  }

  #text(start: number, end: number): void {
    if (end <= start) return;
    this.textRanges.push(start, end);
    this.textBytes += this.#stringBytes;
  }

  #is(name: Uint8Array, from: number, length: number): boolean {
    if (length !== name.length) return false;
    for (let i = 0; i < length; i++) if (this.#bytes[from + i] !== name[i]) return false;
    return true;
  }

  /** Index of the closing quote of the string whose content begins at `from`, or the chunk's end. */
  #stringEnd(from: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = from;
    let saved = 0;
    while (at < end) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        if (bytes[at + 1] === LOWER_U) {
          // Six bytes stand for at most three.
          saved += 3;
          at += 6;
        } else {
          saved += 1;
          at += 2;
        }
      } else {
        at++;
      }
    }
    if (at > end) at = end;
    this.#stringBytes = at - from - saved;
    return at;
  }

  #skipSpace(from: number): number {
    let at = from;
    while (at < this.#end) {
      const byte = this.#bytes[at];
      if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) break;
      at++;
    }
    return at;
  }
}
