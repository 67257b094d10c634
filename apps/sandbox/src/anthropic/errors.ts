import type { Exchange } from '../exchange.js';

/** An error as Anthropic names it. */
export interface AnthropicError {
  readonly type: string;
  readonly message: string;
}

/** A request Anthropic would refuse with 400. `path` is where in the request, e.g. `messages.0.content`. */
export class InvalidRequest extends Error {
  constructor(path: string, problem: string) {
    super(path === '' ? problem : `${path}: ${problem}`);
  }
}

/** Answers an error as Anthropic writes it. */
export async function refuseAnthropic(
  exchange: Exchange,
  status: number,
  error: AnthropicError,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { type, message } = error;
  const body = { type: 'error', error: { type, message }, request_id: requestId(exchange) };
  await exchange.json(status, body, { ...headers, 'request-id': requestId(exchange) });
}

/** The id Anthropic gives a request. */
export function requestId(exchange: Exchange): string {
  return `req_${exchange.id}`;
}

/** Too many ask at once; also comes in the middle of a stream. */
export const OVERLOADED: AnthropicError = { type: 'overloaded_error', message: 'Overloaded' };

const BY_STATUS: Readonly<Record<number, AnthropicError>> = {
  400: { type: 'invalid_request_error', message: 'Invalid value in your request.' },
  401: { type: 'authentication_error', message: 'invalid x-api-key' },
  402: { type: 'billing_error', message: 'Your credit balance is too low.' },
  403: { type: 'permission_error', message: 'Your API key may not use this resource.' },
  404: { type: 'not_found_error', message: 'Not found' },
  413: { type: 'request_too_large', message: 'Request exceeds the maximum size' },
  429: {
    type: 'rate_limit_error',
    message: 'This request would exceed your rate limit. Please reduce the prompt length.',
  },
  504: { type: 'timeout_error', message: 'Request timed out' },
  529: OVERLOADED,
};

/** The error that comes with a status asked for by a fault. */
export function scriptedError(status: number): AnthropicError {
  return BY_STATUS[status] ?? { type: 'api_error', message: 'Internal server error' };
}
