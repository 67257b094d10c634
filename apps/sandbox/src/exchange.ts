import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from './faults/faults.js';
import { Outlet } from './faults/outlet.js';
import type { ProductionLog } from './log/production-log.js';

/** The tokens an answer really consisted of so far. */
export interface Produced {
  model: string | null;
  streamed: boolean;
  promptTokens: number;
  cachedTokens: number;
  outputTokens: number;
  reasoningTokens: number;
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
}

/** One request and its answer; a wire format's handler works on it. */
export class Exchange {
  readonly outlet: Outlet;
  readonly produced: Produced = {
    model: null,
    streamed: false,
    promptTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  };
  readonly id: string;
  readonly requestId: string | null;

  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly credential: string;
  readonly faults: Faults;
  readonly body: Buffer;

  constructor(input: ExchangeInput) {
    this.request = input.request;
    this.response = input.response;
    this.path = input.path;
    this.credential = input.credential;
    this.faults = input.faults;
    this.body = input.body;
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
      'x-request-id': this.id,
      ...headers,
    });
    await this.outlet.end(bytes);
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
