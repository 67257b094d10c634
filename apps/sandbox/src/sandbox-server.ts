import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Exchange } from './exchange.js';
import { FaultHeaderError, NO_FAULTS, readFaults } from './faults/faults.js';
import type { Faults } from './faults/faults.js';
import { ProductionLog } from './log/production-log.js';
import { answerLogApi } from './log/log-api.js';
import { findWireFormat } from './wire-formats.js';

/** Largest request body, bytes. */
const BODY_BYTES_MAX = 67_108_864;

/** How a sandbox is started. */
export interface SandboxOptions {
  readonly host: string;
  /** 0 = one from the kernel. */
  readonly port: number;
  /** File that gets every log entry, or null. */
  readonly logPath: string | null;
}

/** A running sandbox. */
export class Sandbox {
  readonly log: ProductionLog;
  readonly #server: Server;
  #served = 0;

  private constructor(options: SandboxOptions) {
    this.log = new ProductionLog(options.logPath);
    this.#server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        // A fault of the sandbox itself: tests must see it, not time out.
        console.error(error);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
    this.#server.listen(options.port, options.host);
  }

  /** Starts one and waits until it listens. */
  static async start(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = new Sandbox(options);
    await new Promise<void>((resolve, reject) => {
      sandbox.#server.once('listening', resolve);
      sandbox.#server.once('error', reject);
    });
    return sandbox;
  }

  /** The port it listens on. */
  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Stops at once: running answers are cut. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    await this.log.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    const query = url.indexOf('?');
    const path = query === -1 ? url : url.slice(0, query);
    if (path === '/healthz') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
      return;
    }
    if (path === '/_sandbox/log') {
      answerLogApi(this.log, request, response);
      return;
    }
    const format = findWireFormat(path);
    if (format === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}');
      return;
    }
    const body = await readBody(request);
    if (body === null) return;
    const credential = format.credential(request.headers, url);
    const faults = faultsOf(request, credential);
    const own = `sbx-${String(++this.#served)}`;
    const inner = path.slice(format.prefix.length);
    const known = faults instanceof FaultHeaderError ? NO_FAULTS : faults;
    const exchange = new Exchange({
      request,
      response,
      path: inner,
      credential,
      faults: known,
      body,
      ownId: own,
      idHeader: format.idHeader,
    });
    try {
      if (faults instanceof FaultHeaderError) {
        await format.refuse(exchange, faults.message);
      } else {
        await format.answer(exchange);
      }
    } finally {
      exchange.record(this.log);
    }
  }
}

function faultsOf(request: IncomingMessage, credential: string): Faults | FaultHeaderError {
  try {
    return readFaults(request.headers, credential);
  } catch (error) {
    if (error instanceof FaultHeaderError) return error;
    throw error;
  }
}

/** The whole body; null when the client left before its end or sent too much. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > BODY_BYTES_MAX) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () =>
      resolve(chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks)),
    );
    request.on('close', () => resolve(null));
    request.on('error', () => resolve(null));
  });
}
