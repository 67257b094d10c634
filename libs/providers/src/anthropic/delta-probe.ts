/**
 * Recognises the events that make up nearly all of a stream, `content_block_delta` with text, thinking or tool input,
 * by their bytes as Anthropic writes them, and notes where the produced text lies: no parse, nothing allocated. An
 * event that is spelled in any other way (spaces, another order of members, more members) is not recognised and is
 * parsed instead, with the same outcome.
 */

const QUOTE = 34;
const BACKSLASH = 92;
const CLOSE_BRACE = 125;
const LOWER_U = 117;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const HEAD = ascii('{"type":"content_block_delta","index":');
const DELTA = ascii(',"delta":{"type":"');
const KINDS: readonly Uint8Array[] = [
  ascii('text_delta","text":"'),
  ascii('thinking_delta","thinking":"'),
  ascii('input_json_delta","partial_json":"'),
];

/** What one event contained. Fields are overwritten by each `probe`. */
export class DeltaProbe {
  /** Range of the produced text's JSON-escaped bytes, quotes excluded. */
  textStart = 0;
  textEnd = 0;
  /** Upper bound of that text's UTF-8 bytes, escapes resolved. */
  textBytes = 0;

  /** Whether the JSON in `bytes[start, end)` is such a delta. */
  probe(bytes: Uint8Array, start: number, end: number): boolean {
    if (!startsWith(bytes, start, end, HEAD)) return false;
    let at = start + HEAD.length;
    while (isDigit(bytes[at])) at++;
    if (!startsWith(bytes, at, end, DELTA)) return false;
    at += DELTA.length;
    for (const kind of KINDS) {
      if (startsWith(bytes, at, end, kind)) return this.#text(bytes, at + kind.length, end);
    }
    return false;
  }

  /** The string that begins at `from`, and nothing but two braces after it. */
  #text(bytes: Uint8Array, from: number, end: number): boolean {
    let at = from;
    let saved = 0;
    while (at < end) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        // Six bytes (\uXXXX) stand for at most three, two for one.
        const isCode = bytes[at + 1] === LOWER_U;
        saved += isCode ? 3 : 1;
        at += isCode ? 6 : 2;
      } else {
        at++;
      }
    }
    if (!endsObject(bytes, at + 1, end)) return false;
    this.textStart = from;
    this.textEnd = at;
    this.textBytes = at - from - saved;
    return true;
  }
}

/** Whether what is left is `}}`, with the spaces Anthropic pads events with. */
function endsObject(bytes: Uint8Array, from: number, end: number): boolean {
  let braces = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte === CLOSE_BRACE) braces++;
    else if (byte !== SPACE) return false;
  }
  return braces === 2;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function startsWith(bytes: Uint8Array, at: number, end: number, word: Uint8Array): boolean {
  if (end - at < word.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
}
