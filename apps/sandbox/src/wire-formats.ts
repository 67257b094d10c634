import type { IncomingHttpHeaders } from 'node:http';
import { anthropicApi } from './anthropic/anthropic-api.js';
import { refuseAnthropic } from './anthropic/errors.js';
import type { Exchange } from './exchange.js';
import { refuseGemini } from './gemini/errors.js';
import { geminiApi } from './gemini/gemini-api.js';
import { refuse } from './openai/errors.js';
import { openAiApi } from './openai/openai-api.js';

/** A provider's wire format: a folder each. */
export interface WireFormat {
  /** Paths under this are its own. */
  readonly prefix: string;
  /** Header that carries a request's id in its answers. */
  readonly idHeader: string;
  /** The caller's credential, '' = none. */
  readonly credential: (headers: IncomingHttpHeaders, url: string) => string;
  /** Answers one exchange. */
  readonly answer: (exchange: Exchange) => Promise<void>;
  /** Answers 400 in its own shape. */
  readonly refuse: (exchange: Exchange, message: string) => Promise<void>;
}

const WIRE_FORMATS: readonly WireFormat[] = [
  {
    prefix: '/openai/v1',
    idHeader: 'x-request-id',
    credential: bearer,
    answer: openAiApi,
    refuse: async (exchange, message) =>
      refuse(exchange, 400, { message, type: 'invalid_request_error' }),
  },
  {
    prefix: '/anthropic/v1',
    idHeader: 'request-id',
    credential: (headers) => single(headers['x-api-key']) || bearer(headers),
    answer: anthropicApi,
    refuse: async (exchange, message) =>
      refuseAnthropic(exchange, 400, { type: 'invalid_request_error', message }),
  },
  {
    prefix: '/gemini/v1beta',
    idHeader: 'x-request-id',
    credential: (headers, url) =>
      single(headers['x-goog-api-key']) ||
      (new URL(url, 'http://sandbox').searchParams.get('key') ?? bearer(headers)),
    answer: geminiApi,
    refuse: async (exchange, message) => refuseGemini(exchange, 400, { message }),
  },
];

/** The wire format that a path belongs to. */
export function findWireFormat(path: string): WireFormat | undefined {
  return WIRE_FORMATS.find(({ prefix }) => path.startsWith(`${prefix}/`));
}

function bearer(headers: IncomingHttpHeaders): string {
  const given = headers.authorization ?? '';
  return given.startsWith('Bearer ') ? given.slice('Bearer '.length) : '';
}

function single(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}
