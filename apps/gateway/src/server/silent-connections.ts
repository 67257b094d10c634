import type { Socket } from 'node:net';

interface Silent {
  readonly address: string;
  readonly openedAtMs: number;
}

/**
 * Connections that have not sent a request head yet (K3). One address may hold only so many of them for
 * longer than a second: a burst of a thousand real clients is served, a thousand idle sockets are not.
 */
export class SilentConnections {
  readonly #silent = new Map<Socket, Silent>();
  readonly #max: number;
  readonly #graceMs: number;

  constructor(max: number, graceMs = 1_000) {
    this.#max = max;
    this.#graceMs = graceMs;
  }

  opened(socket: Socket, nowMs: number): void {
    this.#silent.set(socket, { address: socket.remoteAddress ?? '', openedAtMs: nowMs });
    socket.once('close', () => {
      this.#silent.delete(socket);
    });
  }

  spoke(socket: Socket): void {
    this.#silent.delete(socket);
  }

  /** Cuts what is above the limit, the oldest first kept. Called each second. */
  sweep(nowMs: number): void {
    const countByAddress = new Map<string, number>();
    for (const [socket, silent] of this.#silent) {
      if (nowMs - silent.openedAtMs < this.#graceMs) break;
      const count = (countByAddress.get(silent.address) ?? 0) + 1;
      countByAddress.set(silent.address, count);
      if (count > this.#max) socket.destroy();
    }
  }

  get size(): number {
    return this.#silent.size;
  }
}
