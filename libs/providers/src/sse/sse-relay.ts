import { joinBytes } from '../text/join-bytes.js';

/**
 * Relays a server-sent event stream byte for byte and shows each complete event's data to a handler.
 *
 * Only whole events leave: an event's verdict (keep or remove) and its token count must be known before its
 * first byte goes out, and a stream that is stopped must stop between events. In the common case — a chunk of
 * whole events — the very same chunk object is returned: nothing is copied or decoded. An event that is split
 * over chunks waits in a carry buffer that grows by doubling, so a stream dripped byte by byte stays linear.
 * Invariant: the bytes returned, joined, do not depend on how the input was cut.
 * Line ends may be LF, CRLF or CR (WHATWG HTML, "Server-sent events").
 */

/** What is told about each event; implemented by the dialects' observers. */
export interface SseEventHandler {
  /**
   * Called once for each event that has data, in order. The range is valid only during the call.
   * @returns whether the event's bytes are forwarded.
   */
  onData(bytes: Uint8Array, start: number, end: number): boolean;
}

/** Longest event that is looked into, in bytes; a longer one passes unread (reliability U5). */
export const SSE_EVENT_BYTES_MAX = 1_048_576;

const LF = 10;
const CR = 13;
const COLON = 58;
const SPACE = 32;
const EMPTY = new Uint8Array(0);
const CARRY_BYTES_MIN = 4_096;

/** One stream's relay. Not reusable. */
export class SseRelay {
  /** Number of events that were longer than the limit and passed unread. */
  oversizedEvents = 0;

  readonly #handler: SseEventHandler;
  readonly #eventBytesMax: number;
  #carry: Uint8Array = EMPTY;
  #carryLength = 0;
  /** Where in the carry the unfinished line begins; everything before it was seen. */
  #lineStart = 0;
  /** Where in the carry the search for the unfinished line's end goes on. */
  #searchFrom = 0;
  /** The current event's data lines, as [start, end, …] in the buffer being scanned. */
  #ranges: number[] = [];
  /** Whether the current event grew over the limit: its bytes pass at once, unread. */
  #passing = false;
  /** While passing: whether the last line is still empty, so that a line end would end the event. */
  #passingLineEmpty = false;
  /** The last event ended with CR at the very end of a chunk: an LF that follows shares its verdict. */
  #lfShares: 'kept' | 'removed' | null = null;
  /** A line inside an event ended with CR at the end of the carry: an LF that follows is part of that end. */
  #crPending = false;
  #atStart = true;

  constructor(handler: SseEventHandler, eventBytesMax: number = SSE_EVENT_BYTES_MAX) {
    this.#handler = handler;
    this.#eventBytesMax = eventBytesMax;
  }

  /** Whether what was forwarded ends inside an event (an oversized one): nothing of ours may be put there. */
  get isInsideEvent(): boolean {
    return this.#passing;
  }

  /** Takes the next bytes from upstream; returns those to forward now, often the same object, possibly empty. */
  push(chunk: Uint8Array): Uint8Array {
    if (chunk.length === 0) return chunk;
    if (this.#carryLength === 0) {
      return this.#scan(chunk, chunk);
    }
    this.#append(chunk);
    const bytes = this.#carry.subarray(0, this.#carryLength);
    this.#carryLength = 0;
    return this.#scan(bytes, null);
  }

  /** The stream ended: an event without its blank line is shown to the handler like any other. */
  finish(): Uint8Array {
    const length = this.#carryLength;
    if (length === 0) return EMPTY;
    this.#carryLength = 0;
    const bytes = this.#carry;
    if (this.#lineStart < length) this.#line(bytes, this.#lineStart, length);
    return this.#verdict(bytes) ? bytes.slice(0, length) : EMPTY;
  }

  /**
   * Scans bytes that begin at an event's start (or inside a passing one). `whole` is the chunk to return as it
   * is when everything in it is forwarded; null when the bytes are the carry's.
   */
  #scan(bytes: Uint8Array, whole: Uint8Array | null): Uint8Array {
    const length = bytes.length;
    let position = 0;
    let eventStart = 0;
    let kept: Uint8Array[] | null = null;
    let keptFrom = 0;

    if (whole !== null && this.#lfShares !== null) {
      if (bytes[0] === LF) {
        position = 1;
        eventStart = 1;
        if (this.#lfShares === 'removed') keptFrom = 1;
      }
      this.#lfShares = null;
    }
    if (this.#passing) {
      position = this.#pass(bytes, position, length);
      if (position === -1) return bytes;
      eventStart = position;
    }

    let lineStart = whole === null ? this.#lineStart : position;
    let searchFrom = whole === null ? this.#searchFrom : position;
    if (whole === null && this.#crPending && bytes[searchFrom] === LF) {
      lineStart = searchFrom + 1;
      searchFrom = lineStart;
    }
    this.#crPending = false;
    let nextLf = bytes.indexOf(LF, searchFrom);
    let nextCr = bytes.indexOf(CR, searchFrom);

    while (nextLf !== -1 || nextCr !== -1) {
      const isCr = nextCr !== -1 && (nextLf === -1 || nextCr < nextLf);
      const lineEnd = isCr ? nextCr : nextLf;
      const next = isCr && nextLf === nextCr + 1 ? lineEnd + 2 : lineEnd + 1;
      if (nextLf !== -1 && nextLf < next) nextLf = bytes.indexOf(LF, next);
      if (isCr) nextCr = bytes.indexOf(CR, next);
      const endsOnBareCr = next === length && bytes[length - 1] === CR;
      if (lineEnd > lineStart) {
        this.#line(bytes, lineStart, lineEnd);
        this.#crPending = endsOnBareCr;
      } else {
        const keep =
          lineEnd - eventStart > this.#eventBytesMax ? this.#oversized() : this.#verdict(bytes);
        if (!keep) {
          kept ??= [];
          if (eventStart > keptFrom) kept.push(bytes.subarray(keptFrom, eventStart));
          keptFrom = next;
        }
        if (endsOnBareCr) this.#lfShares = keep ? 'kept' : 'removed';
        eventStart = next;
      }
      lineStart = next;
    }

    if (eventStart < length) {
      if (length - eventStart > this.#eventBytesMax) {
        this.#beginPassing(lineStart === length);
        eventStart = length;
      } else {
        this.#keepRest(bytes, whole === null, eventStart, lineStart);
      }
    }
    if (whole !== null && kept === null && keptFrom === 0) {
      return eventStart === length ? whole : whole.subarray(0, eventStart);
    }
    const last = bytes.subarray(keptFrom, Math.max(keptFrom, eventStart));
    if (kept === null) {
      // The carry's memory is given away with what is forwarded: the next append must not write to it.
      if (this.#carryLength === 0) this.#carry = EMPTY;
      return last;
    }
    kept.push(last);
    return joinBytes(kept);
  }

  /** One non-empty line of the current event: data lines are remembered, all others only forwarded. */
  #line(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    if (this.#atStart) {
      this.#atStart = false;
      if (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) from += 3;
    }
    const isData =
      bytes[from] === 100 &&
      bytes[from + 1] === 97 &&
      bytes[from + 2] === 116 &&
      bytes[from + 3] === 97 &&
      (end - from === 4 || bytes[from + 4] === COLON);
    if (!isData || end - from < 4) return;
    let valueStart = Math.min(from + 5, end);
    if (valueStart < end && bytes[valueStart] === SPACE) valueStart++;
    this.#ranges.push(valueStart, end);
  }

  /** Shows the finished event to the handler. Events without data (comments) are always kept. */
  #verdict(bytes: Uint8Array): boolean {
    const ranges = this.#ranges;
    if (ranges.length === 0) return true;
    const start = ranges[0] ?? 0;
    const end = ranges[1] ?? 0;
    if (ranges.length === 2) {
      ranges.length = 0;
      return this.#handler.onData(bytes, start, end);
    }
    const joined = joinLines(bytes, ranges);
    ranges.length = 0;
    return this.#handler.onData(joined, 0, joined.length);
  }

  #oversized(): true {
    this.oversizedEvents++;
    this.#ranges.length = 0;
    return true;
  }

  #beginPassing(lineEmpty: boolean): void {
    this.#oversized();
    this.#passing = true;
    this.#passingLineEmpty = lineEmpty;
    this.#lfShares = null;
  }

  /** Looks for the end of an event that passes unread; returns the position after it, or −1 when it goes on. */
  #pass(bytes: Uint8Array, from: number, length: number): number {
    let position = from;
    if (this.#crPending && bytes[position] === LF) position++;
    this.#crPending = false;
    for (; position < length; position++) {
      const byte = bytes[position];
      if (byte !== LF && byte !== CR) {
        this.#passingLineEmpty = false;
        continue;
      }
      const isPair = byte === CR && position + 1 < length && bytes[position + 1] === LF;
      const bareCrAtEnd = byte === CR && position + 1 === length;
      if (isPair) position++;
      if (this.#passingLineEmpty) {
        this.#passing = false;
        if (bareCrAtEnd) this.#lfShares = 'kept';
        return position + 1;
      }
      this.#passingLineEmpty = true;
      this.#crPending = bareCrAtEnd;
    }
    return -1;
  }

  /** Moves the unfinished event to the start of the carry and remembers how far it was scanned. */
  #keepRest(bytes: Uint8Array, isCarry: boolean, eventStart: number, lineStart: number): void {
    const rest = bytes.length - eventStart;
    const ranges = this.#ranges;
    for (let i = 0; i < ranges.length; i++) ranges[i] = (ranges[i] ?? 0) - eventStart;
    // Where a part before it is forwarded, that part still refers to the carry's memory: the rest gets its own.
    if (!isCarry || eventStart > 0) {
      this.#carry = new Uint8Array(Math.max(CARRY_BYTES_MIN, rest * 2));
      this.#carry.set(bytes.subarray(eventStart));
    }
    this.#carryLength = rest;
    this.#lineStart = lineStart - eventStart;
    this.#searchFrom = rest;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#carryLength + chunk.length;
    if (needed > this.#carry.length) {
      const grown = new Uint8Array(needed * 2);
      grown.set(this.#carry.subarray(0, this.#carryLength));
      this.#carry = grown;
    }
    this.#carry.set(chunk, this.#carryLength);
    this.#carryLength = needed;
  }
}

function joinLines(bytes: Uint8Array, ranges: readonly number[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    if (i > 0) parts.push(LINE_FEED);
    parts.push(bytes.subarray(ranges[i], ranges[i + 1]));
  }
  return joinBytes(parts);
}

const LINE_FEED = new Uint8Array([LF]);
