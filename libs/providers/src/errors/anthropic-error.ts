import type { ErrorFacts } from './openai-error.js';

/** The `error` member of an Anthropic error body; figures to act on stand beside the named members. */
export interface AnthropicErrorObject {
  readonly type: string;
  readonly message: string;
  readonly error_type: string;
  readonly code: string;
  /** Where Anthropic's SDKs look for a stable code. */
  readonly details: { readonly error_code: string };
  readonly [figure: string]: unknown;
}

/** An error body in Anthropic's dialect. */
export interface AnthropicError {
  readonly type: 'error';
  readonly error: AnthropicErrorObject;
  readonly request_id: string;
}

/** Renders an error for `/v1/messages`: the body of an answer, or the data of an `error` event inside a stream. */
export function anthropicError(facts: ErrorFacts): AnthropicError {
  const { param = null, providerCode = null } = facts;
  return {
    type: 'error',
    error: {
      ...facts.metadata,
      ...(param === null ? {} : { param }),
      ...(providerCode === null ? {} : { provider_code: providerCode }),
      type: anthropicTypeOf(facts.httpStatus),
      message: facts.message,
      error_type: facts.errorType,
      code: facts.code,
      details: { error_code: facts.code },
    },
    request_id: facts.requestId,
  };
}

const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [408, 'timeout_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

/** The `type` Anthropic gives an error of this status: SDK users switch on it. */
function anthropicTypeOf(httpStatus: number): string {
  return TYPES.get(httpStatus) ?? (httpStatus >= 500 ? 'api_error' : 'invalid_request_error');
}
