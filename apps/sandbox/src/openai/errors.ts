import type { Exchange } from '../exchange.js';

/** Answers an error as OpenAI writes it. */
export async function refuse(
  exchange: Exchange,
  status: number,
  error: { message: string; type: string; param?: string | null; code?: string | null },
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { message, type, param = null, code = null } = error;
  await exchange.json(status, { error: { message, type, param, code } }, headers);
}

/** A fault of the provider itself. */
export const SERVER_ERROR = {
  message: 'The server had an error processing your request.',
  type: 'server_error',
  param: null,
  code: null,
};

/** 404 for a model that is not simulated. */
export async function modelNotFound(exchange: Exchange, model: unknown): Promise<void> {
  await refuse(exchange, 404, {
    message: `The model \`${String(model)}\` does not exist or you do not have access to it.`,
    type: 'invalid_request_error',
    param: 'model',
    code: 'model_not_found',
  });
}

/** The error a provider sends with a status that was asked for by a fault. */
export function scriptedError(status: number): {
  message: string;
  type: string;
  code: string | null;
} {
  switch (status) {
    case 401:
      return {
        message: 'Incorrect API key provided.',
        type: 'invalid_request_error',
        code: 'invalid_api_key',
      };
    case 429:
      return {
        message: 'Rate limit reached for requests.',
        type: 'requests',
        code: 'rate_limit_exceeded',
      };
    case 400:
      return {
        message: 'Invalid value in your request.',
        type: 'invalid_request_error',
        code: null,
      };
    default:
      return {
        message: 'The server had an error processing your request.',
        type: 'server_error',
        code: null,
      };
  }
}
