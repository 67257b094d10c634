import type { ServerResponse } from 'node:http';
import type { Outcome } from '../log/production-log.js';
import type { Faults } from './faults.js';

/**
 * The only way a body leaves the sandbox: counts bytes, cuts the connection where a fault says so, waits for slow
 * readers and notices when they leave.
 */
export class Outlet {
  /** Body bytes written. */
  bytesSent = 0;
  /** How the answer ended; null while it runs. */
  outcome: Outcome | null = null;

  readonly #response: ServerResponse;
  readonly #faults: Faults;
  readonly #abort = new AbortController();

  constructor(response: ServerResponse, faults: Faults) {
    this.#response = response;
    this.#faults = faults;
    response.on('close', () => {
      this.outcome ??= response.writableFinished ? 'finished' : 'client_gone';
      this.#abort.abort();
    });
  }

  /** Whether bytes still arrive anywhere. */
  get isOpen(): boolean {
    return this.outcome === null;
  }

  /** Aborted when the connection is over. */
  get closed(): AbortSignal {
    return this.#abort.signal;
  }

  /** Writes the status line and headers. */
  head(status: number, headers: Readonly<Record<string, string | number>>): void {
    this.#response.writeHead(status, headers);
  }

  /**
   * Writes body bytes. Resolves once the socket can take more.
   * @returns false when the connection is over, by a fault or by the client: these bytes did not all leave.
   */
  async write(bytes: Uint8Array): Promise<boolean> {
    if (!this.isOpen) return false;
    const limit = this.#faults.cutAfterBytes;
    if (limit !== null && this.bytesSent + bytes.length >= limit) {
      await this.#cut(bytes.subarray(0, limit - this.bytesSent));
      return false;
    }
    this.bytesSent += bytes.length;
    if (this.#response.write(bytes)) return true;
    await this.#drained();
    return this.isOpen;
  }

  /** Ends the body, after `last` bytes when given. */
  async end(last?: Uint8Array): Promise<boolean> {
    if (last !== undefined && this.#faults.cutAfterBytes !== null) {
      if (!(await this.write(last))) return false;
      last = undefined;
    }
    if (!this.isOpen) return false;
    this.bytesSent += last?.length ?? 0;
    this.outcome = 'finished';
    this.#response.end(last);
    return true;
  }

  /** Says nothing more and waits until the client gives up. */
  async fallSilent(): Promise<void> {
    if (!this.isOpen) return;
    this.#response.flushHeaders();
    this.outcome = 'silent';
    await new Promise<void>((resolve) => this.#response.once('close', resolve));
  }

  async #cut(rest: Uint8Array): Promise<void> {
    this.outcome = 'cut';
    this.bytesSent += rest.length;
    const response = this.#response;
    response.flushHeaders();
    if (rest.length > 0) await new Promise<void>((done) => response.write(rest, () => done()));
    const socket = response.socket;
    if (this.#faults.cutBy === 'fin') socket?.end();
    else socket?.resetAndDestroy();
  }

  async #drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.#response.on('close', done);
    });
  }
}
