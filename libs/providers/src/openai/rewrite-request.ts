import type { JsonMember, JsonObjectScan } from './json-members.js';

/**
 * Edits top-level members of a request by splicing bytes: whatever is not edited stays exactly as the client wrote
 * it. New members go to the end.
 */

/** What to change. A name in both lists is removed. */
export interface RequestEdits {
  /** Member name → its new value as JSON text. */
  readonly set?: Readonly<Record<string, string>>;
  /** Members to take out. */
  readonly remove?: readonly string[];
}

/**
 * Members that would let a client choose where its request goes or with whose credential (security E-S1), and those
 * that are for Weir alone. They never reach a provider.
 */
export const STRIPPED_MEMBERS: readonly string[] = [
  'api_base',
  'base_url',
  'api_key',
  'custom_host',
  'extra_headers',
  'route',
  'usage',
];

const encoder = new TextEncoder();

/** Applies the edits; returns the very same bytes when there is nothing to change. */
export function rewriteRequest(
  bytes: Uint8Array,
  object: JsonObjectScan,
  edits: RequestEdits,
): Uint8Array {
  const set = edits.set ?? {};
  const remove = edits.remove ?? [];
  const { members } = object;
  const splice = new Splice(bytes);
  let previous: JsonMember | null = null;
  let isEmpty = true;
  for (let i = 0; i < members.length; i++) {
    const member = members[i];
    if (member === undefined) break;
    if (remove.includes(member.name)) {
      // With the comma before it, or, where nothing is kept before it, with the one after it.
      if (isEmpty) splice.replace(member.keyStart, members[i + 1]?.keyStart ?? member.valueEnd);
      else splice.replace(previous?.valueEnd ?? member.keyStart, member.valueEnd);
    } else {
      isEmpty = false;
      const value = Object.hasOwn(set, member.name) ? set[member.name] : undefined;
      if (value !== undefined) splice.replace(member.valueStart, member.valueEnd, value);
    }
    previous = member;
  }
  const end = previous?.valueEnd ?? object.open + 1;
  for (const name of Object.keys(set)) {
    if (remove.includes(name) || members.some((member) => member.name === name)) continue;
    splice.replace(end, end, `${isEmpty ? '' : ','}${JSON.stringify(name)}:${set[name] ?? 'null'}`);
    isEmpty = false;
  }
  return splice.finish();
}

/** Copies a body up to each replaced range; ranges are given in ascending order. */
class Splice {
  readonly #bytes: Uint8Array;
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #copiedTo = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Puts `text` in place of `[from, to)`. */
  replace(from: number, to: number, text = ''): void {
    if (from > this.#copiedTo) this.#push(this.#bytes.subarray(this.#copiedTo, from));
    if (text !== '') this.#push(encoder.encode(text));
    this.#copiedTo = to;
  }

  /** The new body; the old one when nothing was replaced. */
  finish(): Uint8Array {
    const bytes = this.#bytes;
    if (this.#copiedTo === 0) return bytes;
    this.#push(bytes.subarray(this.#copiedTo));
    const joined = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  }

  #push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}
