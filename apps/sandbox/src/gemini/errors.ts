import type { Exchange } from '../exchange.js';

/** An error as Google's APIs write it; `status` and details default to those of the HTTP status. */
export interface GeminiError {
  readonly message: string;
  readonly status?: string;
  readonly details?: readonly object[];
}

/** A request Gemini would refuse with 400. `field` is set where a member is to blame. */
export class InvalidArgument extends Error {
  constructor(
    message: string,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

/** What the SDK's 404 says. */
export class UnknownModel extends Error {}

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Request contains an invalid argument.',
  403: 'The caller does not have permission.',
  429: 'You exceeded your current quota, please check your plan and billing details.',
  500: 'An internal error has occurred. Please retry.',
  503: 'The model is overloaded. Please try again later.',
  504: 'Deadline expired before operation could complete.',
};

/** The body of an error. */
export function errorBody(code: number, error: GeminiError): object {
  const { message, details } = error;
  const status = error.status ?? STATUSES[code] ?? 'UNKNOWN';
  return { error: { code, message, status, ...(details === undefined ? {} : { details }) } };
}

/** Answers an error as Google writes it. */
export async function refuseGemini(
  exchange: Exchange,
  code: number,
  error: GeminiError,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  await exchange.json(code, errorBody(code, error), headers);
}

/** Details that name the member to blame. */
export function fieldViolation(field: string, description: string): readonly object[] {
  return [
    {
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ field, description }],
    },
  ];
}

/** The error that comes with a status asked for by a fault. */
export function scriptedError(code: number, retryAfter: string | null): GeminiError {
  const message = MESSAGES[code] ?? 'The service cannot answer now.';
  if (retryAfter === null) return { message };
  const delay = {
    '@type': 'type.googleapis.com/google.rpc.RetryInfo',
    retryDelay: `${retryAfter}s`,
  };
  return { message, details: [delay] };
}
