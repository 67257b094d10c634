/**
 * Finds the members of a JSON object in raw bytes, so that a request can be edited without touching any byte that
 * is not edited (numbers keep their spelling, unknown fields their order and whitespace).
 *
 * One pass, before JSON.parse and therefore on bytes that may be anything: it never throws, never recurses, and
 * refuses what the parser would take but must not reach a provider (security E-H5): too deep, too many keys,
 * a key given twice in one object (two readers would disagree which counts), `__proto__`. Whether the bytes are
 * JSON at all is decided by JSON.parse afterwards.
 */

/** One top-level member: byte offsets into the scanned body. */
export interface JsonMember {
  /** The key, escapes resolved. */
  readonly name: string;
  /** The key's opening quote. */
  readonly keyStart: number;
  readonly valueStart: number;
  /** Just after the value's last byte. */
  readonly valueEnd: number;
}

/** The scanned object. */
export interface JsonObjectScan {
  readonly members: readonly JsonMember[];
  /** Offset of the opening brace. */
  readonly open: number;
  /** Offset of the closing brace. */
  readonly close: number;
}

/** Why a body is refused. */
export type JsonScanProblem =
  'not_an_object' | 'too_deep' | 'too_many_keys' | 'duplicate_key' | 'forbidden_key';

export type JsonScan =
  | { readonly ok: true; readonly object: JsonObjectScan }
  | { readonly ok: false; readonly problem: JsonScanProblem; readonly key?: string };

/** Nesting that is taken, the root being 1. */
export const JSON_DEPTH_MAX = 64;
/** Keys that are taken, of all objects together. */
export const JSON_KEYS_MAX = 10_000;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
/** Strings longer than this are searched natively; a call costs more than a short loop. */
const SHORT_STRING_BYTES = 48;
/** Objects with more keys are checked for duplicates by a set. */
const FEW_KEYS = 24;
const FORBIDDEN_KEY = '__proto__';
const UNDERSCORE = 95;

const decoder = new TextDecoder();

/** Scans a whole body that should be one JSON object. */
export function scanJsonObject(bytes: Uint8Array): JsonScan {
  return new MemberScanner(bytes).scan();
}

const NOT_AN_OBJECT: JsonScan = { ok: false, problem: 'not_an_object' };

class MemberScanner {
  readonly #bytes: Uint8Array;
  readonly #members: JsonMember[] = [];
  /** Keys seen, as [from, to, …] without quotes; those of the innermost object are the last. */
  readonly #keys: number[] = [];
  /** Per open container: where its keys begin in `#keys`, or −1 for an array. */
  readonly #starts: number[] = [];
  /** Per open container: the keys of an object that has many or escaped ones. */
  readonly #sets: (Set<string> | null)[] = [];
  #keyCount = 0;
  /** The top-level member being read; keyStart −1 = none. */
  #name = '';
  #keyStart = -1;
  #valueStart = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  scan(): JsonScan {
    const bytes = this.#bytes;
    const open = skipSpace(bytes, 0);
    if (bytes[open] !== OPEN_BRACE) return NOT_AN_OBJECT;
    this.#begin(true);
    /** Just after the last byte that was no space and no comma. */
    let tokenEnd = open + 1;
    let at = open + 1;
    while (at < bytes.length) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        const end = stringEnd(bytes, at);
        const colon = skipSpace(bytes, end);
        if (bytes[colon] === COLON) {
          const value = skipSpace(bytes, colon + 1);
          const problem = this.#addKey(at + 1, end - 1, value);
          if (problem !== null) return problem;
          at = value;
        } else {
          at = tokenEnd = end;
        }
        continue;
      }
      at++;
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (!this.#begin(byte === OPEN_BRACE)) return { ok: false, problem: 'too_deep' };
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (this.#starts.length === 1) {
          this.#endMember(tokenEnd);
          return { ok: true, object: { members: this.#members, open, close: at - 1 } };
        }
        this.#end();
      } else if (byte === COMMA) {
        if (this.#starts.length === 1) this.#endMember(tokenEnd);
        continue;
      } else if (isSpace(byte)) {
        continue;
      }
      tokenEnd = at;
    }
    return NOT_AN_OBJECT;
  }

  /** Opens a container. @returns false when that is too deep. */
  #begin(isObject: boolean): boolean {
    this.#starts.push(isObject ? this.#keys.length : -1);
    this.#sets.push(null);
    return this.#starts.length <= JSON_DEPTH_MAX;
  }

  #end(): void {
    const start = this.#starts.pop() ?? -1;
    this.#sets.pop();
    if (start >= 0) this.#keys.length = start;
  }

  #endMember(valueEnd: number): void {
    if (this.#keyStart === -1) return;
    this.#members.push({
      name: this.#name,
      keyStart: this.#keyStart,
      valueStart: this.#valueStart,
      valueEnd,
    });
    this.#keyStart = -1;
  }

  /** Takes the key in `[from, to)`, whose value begins at `value`. @returns why it is refused, or null. */
  #addKey(from: number, to: number, value: number): JsonScan | null {
    if (++this.#keyCount > JSON_KEYS_MAX) return { ok: false, problem: 'too_many_keys' };
    const start = this.#starts.at(-1) ?? -1;
    // A key inside an array is no JSON: the parser will say so.
    if (start === -1) return null;
    const isTop = this.#starts.length === 1;
    if (this.#isDuplicate(from, to, start)) {
      return { ok: false, problem: 'duplicate_key', key: this.#text(from, to) };
    }
    this.#keys.push(from, to);
    const mayBeForbidden = to - from >= FORBIDDEN_KEY.length && this.#mayBeForbidden(from);
    const name = isTop || mayBeForbidden ? this.#text(from, to) : '';
    if (name === FORBIDDEN_KEY) return { ok: false, problem: 'forbidden_key', key: name };
    if (isTop) {
      this.#name = name;
      this.#keyStart = from - 1;
      this.#valueStart = value;
    }
    return null;
  }

  #mayBeForbidden(from: number): boolean {
    const first = this.#bytes[from];
    return first === UNDERSCORE || first === BACKSLASH;
  }

  /** Compares bytes while the object is small and plain, else decoded keys in a set. */
  #isDuplicate(from: number, to: number, start: number): boolean {
    const keys = this.#keys;
    const depth = this.#starts.length - 1;
    let set = this.#sets[depth] ?? null;
    if (set === null && (keys.length - start > 2 * FEW_KEYS || hasEscape(this.#bytes, from, to))) {
      set = new Set();
      for (let i = start; i < keys.length; i += 2)
        set.add(this.#text(keys[i] ?? 0, keys[i + 1] ?? 0));
      this.#sets[depth] = set;
    }
    if (set !== null) {
      const text = this.#text(from, to);
      if (set.has(text)) return true;
      set.add(text);
      return false;
    }
    for (let i = start; i < keys.length; i += 2) {
      if (this.#isSame(keys[i] ?? 0, keys[i + 1] ?? 0, from, to)) return true;
    }
    return false;
  }

  /** Whether two keys are the same bytes. */
  #isSame(a: number, aEnd: number, b: number, bEnd: number): boolean {
    if (aEnd - a !== bEnd - b) return false;
    for (let i = 0; a + i < aEnd; i++) if (this.#bytes[a + i] !== this.#bytes[b + i]) return false;
    return true;
  }

  /** A key's text, escapes resolved; malformed ones as they are. */
  #text(from: number, to: number): string {
    let text = '';
    for (let i = from; i < to; i++) {
      const byte = this.#bytes[i] ?? 0;
      if (byte >= 0x80 || byte === BACKSLASH) return decodeKey(this.#bytes.subarray(from, to));
      text += String.fromCharCode(byte);
    }
    return text;
  }
}

function decodeKey(raw: Uint8Array): string {
  const escaped = decoder.decode(raw);
  try {
    const parsed: unknown = JSON.parse(`"${escaped}"`);
    return typeof parsed === 'string' ? parsed : escaped;
  } catch {
    // SyntaxError: not a JSON string; the parser will refuse the whole body.
    return escaped;
  }
}

function hasEscape(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}

/** Offset just after the closing quote of the string that opens at `open`; the body's end when it has none. */
function stringEnd(bytes: Uint8Array, open: number): number {
  let at = open + 1;
  for (;;) {
    const shortEnd = Math.min(bytes.length, at + SHORT_STRING_BYTES);
    for (; at < shortEnd; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) at++;
    }
    // Here `at` does not stand inside an escape: the loop steps over both of its bytes.
    const quote = bytes.indexOf(QUOTE, at);
    if (quote === -1) return bytes.length;
    let escapes = 0;
    while (quote - 1 - escapes >= at && bytes[quote - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at])) at++;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}
