import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

interface Connection {
  readonly address: string;
  /** The last request; null = none yet, or it was seen whole. */
  request: IncomingMessage | null;
  /** Since when it has not sent a whole request, monotonic ms; null = it has. */
  incompleteSinceMs: number | null;
  /** Whether bytes waited for its client when last looked at. */
  behind: boolean;
}

export interface ConnectionWatchInput {
  /** Connections of one address that may be without a complete request. */
  readonly incompleteMax: number;
  /** A client that reads nothing for this long is cut, ms. */
  readonly writeIdleMs: number;
  /** Proxies in front of us, which hold the connections of many clients. */
  readonly isProxy: (address: string) => boolean;
  /** A burst of real clients has this long to send their requests, ms. */
  readonly graceMs?: number;
}

const GRACE_MS = 1_000;

/**
 * What nobody watches per request (K2, K3): connections whose request does not come, of which one address may hold
 * only so many, and clients that stopped reading an answer which has already ended. Looked at once a second, so that
 * a request costs one look-up.
 */
export class ConnectionWatch {
  readonly #connections = new Map<Socket, Connection>();
  readonly #input: ConnectionWatchInput;
  readonly #graceMs: number;

  constructor(input: ConnectionWatchInput) {
    this.#input = input;
    this.#graceMs = input.graceMs ?? GRACE_MS;
  }

  opened(socket: Socket, nowMs: number): void {
    const address = socket.remoteAddress ?? '';
    this.#connections.set(socket, {
      address,
      request: null,
      incompleteSinceMs: nowMs,
      behind: false,
    });
    socket.once('close', () => {
      this.#connections.delete(socket);
    });
  }

  /** A request's head has come. */
  asked(req: IncomingMessage): void {
    const connection = this.#connections.get(req.socket);
    if (connection !== undefined) connection.request = req;
  }

  /** Cuts what is above the limits; of one address the oldest are kept. Called each second. */
  sweep(nowMs: number): void {
    const countByAddress = new Map<string, number>();
    for (const [socket, connection] of this.#connections) {
      this.#watchReader(socket, connection);
      if (!this.#isIncomplete(connection, nowMs)) continue;
      const { address } = connection;
      const count = (countByAddress.get(address) ?? 0) + 1;
      countByAddress.set(address, count);
      if (count > this.#input.incompleteMax && !this.#input.isProxy(address)) socket.destroy();
    }
  }

  get size(): number {
    return this.#connections.size;
  }

  #isIncomplete(connection: Connection, nowMs: number): boolean {
    const { request } = connection;
    if (request?.complete === true) {
      // Not kept: it would keep its body, which may be a prompt, as long as the connection idles.
      connection.request = null;
      connection.incompleteSinceMs = null;
    } else if (request !== null) {
      connection.incompleteSinceMs ??= nowMs;
    }
    const since = connection.incompleteSinceMs;
    return since !== null && nowMs - since >= this.#graceMs;
  }

  /** Node's own timer knows a slow reader from one that stopped; it is set only while bytes wait. */
  #watchReader(socket: Socket, connection: Connection): void {
    const behind = socket.writableLength > 0;
    if (behind === connection.behind) return;
    connection.behind = behind;
    socket.setTimeout(behind ? this.#input.writeIdleMs : 0);
  }
}
