import type { ServerResponse } from 'node:http';

/**
 * The body of a streamed answer in HTTP/1.1's chunked coding, framed here. Node frames a chunk in three pieces and
 * gathers them with one `writev`, which costs most of what a small chunk costs at all; framed into one buffer it is
 * one plain write. A client of HTTP/1.0 gets the bytes as they are and their end with the connection's.
 */
export class ChunkedBody {
  readonly #res: ServerResponse;
  #framed = false;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  /** Sends the head. `headers` is a flat list, complete but for the coding. */
  open(status: number, headers: string[]): void {
    const { req } = this.#res;
    this.#framed = req.httpVersionMajor === 1 && req.httpVersionMinor >= 1;
    if (this.#framed) headers.push('transfer-encoding', 'chunked');
    this.#res.writeHead(status, headers);
    // The head says so already; from here on Node must not frame what is framed.
    this.#res.chunkedEncoding = false;
  }

  /** Sends bytes; false = the client does not keep up. */
  write(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true;
    return this.#res.write(this.#framed ? frame(bytes) : bytes);
  }

  /** Sends the last bytes, if any, and a trailer line such as `name: value`, if any. */
  end(bytes: Uint8Array | null, trailer: string | null = null): void {
    const last = bytes === null || bytes.length === 0 ? null : bytes;
    if (!this.#framed) {
      if (last === null) this.#res.end();
      else this.#res.end(last);
      return;
    }
    const end = Buffer.from(trailer === null ? '0\r\n\r\n' : `0\r\n${trailer}\r\n\r\n`, 'latin1');
    this.#res.end(last === null ? end : Buffer.concat([frame(last), end]));
  }
}

/** One chunk: its length in hexadecimal, the bytes, a line end. */
function frame(bytes: Uint8Array): Buffer {
  const head = `${bytes.length.toString(16)}\r\n`;
  const framed = Buffer.allocUnsafe(head.length + bytes.length + 2);
  framed.write(head, 0, 'latin1');
  framed.set(bytes, head.length);
  framed[framed.length - 2] = 13;
  framed[framed.length - 1] = 10;
  return framed;
}
