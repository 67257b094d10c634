import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from './faults/faults.js';
import { Outlet } from './faults/outlet.js';
import type { ProductionLog } from './log/production-log.js';

/** The tokens an answer really consisted of so far. */
export interface Produced {
  model: string | null;
  streamed: boolean;
  /** The whole prompt: what the cache gave and what was written to it are part of it. */
  promptTokens: number;
  cachedTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  /** Units that are no tokens: pictures made, seconds heard, characters spoken, searches done. */
  images: number;
  audioSeconds: number;
  characters: number;
  searches: number;
}

/** What a server knows of a request before a wire format answers it. */
export interface ExchangeInput {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path without the wire format's prefix and without the query. */
  readonly path: string;
  readonly credential: string;
  readonly faults: Faults;
  readonly body: Buffer;
  /** Id where the caller gave none. */
  readonly ownId: string;
  /** Header that carries the request's id in the wire format's answers. */
  readonly idHeader: string;
}

/** One request and its answer; a wire format's handler works on it. */
export class Exchange {
  readonly outlet: Outlet;
  readonly produced: Produced = {
    model: null,
    streamed: false,
    promptTokens: 0,
    cachedTokens: 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    images: 0,
    audioSeconds: 0,
    characters: 0,
    searches: 0,
  };
  readonly id: string;
  readonly requestId: string | null;

  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly credential: string;
  readonly faults: Faults;
  readonly body: Buffer;
  /** Unlike any other answer's. */
  readonly ownId: string;
  readonly idHeader: string;

  constructor(input: ExchangeInput) {
    this.request = input.request;
    this.response = input.response;
    this.path = input.path;
    this.credential = input.credential;
    this.faults = input.faults;
    this.body = input.body;
    this.ownId = input.ownId;
    this.idHeader = input.idHeader;
    this.outlet = new Outlet(input.response, input.faults);
    this.requestId = header(input.request, 'x-request-id');
    this.id = header(input.request, 'x-weir-generation-id') ?? this.requestId ?? input.ownId;
  }

  /** Answers JSON and ends. */
  async json(
    status: number,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(body));
    this.outlet.head(status, {
      'content-type': 'application/json',
      'content-length': bytes.length,
      [this.idHeader]: this.id,
      ...headers,
    });
    await this.outlet.end(bytes);
  }

  /** Sends the client elsewhere, as a fault asks. */
  async redirect(location: string): Promise<void> {
    this.outlet.head(this.faults.status ?? 307, { location, 'content-length': 0 });
    await this.outlet.end();
  }

  /** Writes down what was produced. */
  record(log: ProductionLog): void {
    const { response, outlet, produced } = this;
    log.add({
      id: this.id,
      requestId: this.requestId,
      at: new Date().toISOString(),
      path: this.request.url ?? '',
      credential: this.credential === '' ? null : this.credential,
      ...produced,
      bytesSent: outlet.bytesSent,
      status: response.statusCode,
      outcome: response.statusCode >= 300 ? 'refused' : (outlet.outcome ?? 'client_gone'),
    });
  }
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
