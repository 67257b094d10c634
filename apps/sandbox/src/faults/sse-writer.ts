import type { Exchange } from '../exchange.js';
import { pause } from './pause.js';

/** Writes server-sent events, malformed where a fault says so. */
export class SseWriter {
  readonly #exchange: Exchange;
  readonly #lineEnd: string;

  constructor(exchange: Exchange) {
    const malformed = exchange.faults.malformed;
    this.#exchange = exchange;
    this.#lineEnd = malformed === 'crlf' ? '\r\n' : malformed === 'cr' ? '\r' : '\n';
  }

  /** The bytes of one event. */
  frame(data: string, event: string | null = null): Buffer {
    const end = this.#lineEnd;
    const name = event === null ? '' : `event: ${event}${end}`;
    return Buffer.from(`${name}data: ${data}${end}${end}`);
  }

  /** Writes one event. @returns whether the stream goes on. */
  async write(data: string, event: string | null = null): Promise<boolean> {
    const { faults, outlet } = this.#exchange;
    const bytes = this.frame(data, event);
    if (faults.malformed !== 'split-utf8') return outlet.write(bytes);
    const wide = bytes.findIndex((byte) => byte >= 0x80);
    if (wide === -1) return outlet.write(bytes);
    // Two packets that part inside a character.
    if (!(await outlet.write(bytes.subarray(0, wide + 1)))) return false;
    await pause(2, outlet.closed);
    return outlet.write(bytes.subarray(wide + 1));
  }
}
