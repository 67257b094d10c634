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
  const removed = new Set(edits.remove);
  const added = new Set(Object.keys(set));
  let isChanged = false;
  for (const { name } of object.members) {
    if (added.delete(name) || removed.has(name)) isChanged = true;
  }
  for (const name of removed) added.delete(name);
  if (!isChanged && added.size === 0) return bytes;

  const parts = new Splice(bytes, object);
  object.members.forEach((member, index) => {
    if (removed.has(member.name)) return;
    parts.keep(member, index, Object.hasOwn(set, member.name) ? set[member.name] : undefined);
  });
  for (const name of added) parts.add(name, set[name] ?? 'null');
  return parts.finish();
}

/** Collects the pieces of the new body. */
class Splice {
  readonly #bytes: Uint8Array;
  readonly #object: JsonObjectScan;
  readonly #parts: Uint8Array[];
  #length: number;
  #isEmpty = true;

  constructor(bytes: Uint8Array, object: JsonObjectScan) {
    this.#bytes = bytes;
    this.#object = object;
    const first = object.members[0]?.keyStart ?? object.open + 1;
    const head = bytes.subarray(0, first);
    this.#parts = [head];
    this.#length = head.length;
  }

  /** A member of the old body, with a new value where one is given. */
  keep(member: JsonMember, index: number, value: string | undefined): void {
    if (!this.#isEmpty) {
      const before = this.#object.members[index - 1]?.valueEnd ?? member.keyStart;
      this.#push(this.#bytes.subarray(before, member.keyStart));
    }
    this.#isEmpty = false;
    if (value === undefined) {
      this.#push(this.#bytes.subarray(member.keyStart, member.valueEnd));
    } else {
      this.#push(this.#bytes.subarray(member.keyStart, member.valueStart));
      this.#push(encoder.encode(value));
    }
  }

  /** A new member. */
  add(name: string, value: string): void {
    this.#push(encoder.encode(`${this.#isEmpty ? '' : ','}${JSON.stringify(name)}:${value}`));
    this.#isEmpty = false;
  }

  /** The new body. */
  finish(): Uint8Array {
    const last = this.#object.members.at(-1)?.valueEnd ?? this.#object.open + 1;
    this.#push(this.#bytes.subarray(last));
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
