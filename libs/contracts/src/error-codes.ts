/**
 * Every error code of Weir: when it happens, what the caller should do. `/v1/*` renders them in the
 * client's dialect, `/api/*` as problem+json. docs/reference/errors.md is generated from this list.
 */
export interface ErrorCode {
  /** HTTP status the code is answered with. */
  readonly status: number;
  /** Closed list of spec/api.md, so that SDK users can switch on it. */
  readonly errorType: string;
  /** When it happens. */
  readonly when: string;
  /** What the caller should do. */
  readonly remedy: string;
  /** Whether the very same request may succeed later without anybody's help (`x-should-retry`). */
  readonly retryable: boolean;
}

type Row = readonly [
  status: number,
  errorType: string,
  retryable: boolean,
  when: string,
  remedy: string,
];
const code = (...[status, errorType, retryable, when, remedy]: Row): ErrorCode => ({
  status,
  errorType,
  retryable,
  when,
  remedy,
});

export const ERROR_CODES = {
  api_key_required: code(
    401,
    'authentication',
    false,
    'The request carries no API key.',
    'Send your key as `Authorization: Bearer weir-sk-…`.',
  ),
  invalid_api_key: code(
    401,
    'authentication',
    false,
    'The key is unknown or revoked.',
    'Check the key or create a new one in the dashboard under API keys.',
  ),
  api_key_disabled: code(
    401,
    'authentication',
    false,
    'The key is disabled.',
    'Enable the key in the dashboard under API keys.',
  ),
  api_key_expired: code(
    401,
    'authentication',
    false,
    'The key is past its expiry date.',
    'Create a new key or extend the expiry date.',
  ),
  user_inactive: code(
    401,
    'authentication',
    false,
    'The key’s owner is suspended.',
    'Ask your administrator.',
  ),
  ip_not_allowed: code(
    403,
    'permission_denied',
    false,
    'The client address is not allowed for this key.',
    'Call from an allowed address or change the key’s IP lists.',
  ),
  model_not_allowed: code(
    403,
    'permission_denied',
    false,
    'The key or tier may not use this model.',
    'Choose an allowed model or widen the key’s models.',
  ),
  mode_not_allowed: code(
    403,
    'permission_denied',
    false,
    'The key may not use this route or mode.',
    'Use a key that allows it.',
  ),
  model_not_found: code(
    404,
    'not_found',
    false,
    'No such model is configured.',
    'List the models with GET /v1/models.',
  ),
  not_found: code(404, 'not_found', false, 'No such path or record.', 'Check the path and the id.'),
  insufficient_balance: code(
    402,
    'payment_required',
    false,
    'The balance does not cover the request.',
    'Add credit, or lower max_tokens.',
  ),
  api_key_quota_exhausted: code(
    402,
    'payment_required',
    false,
    'A spend cap of the key does not cover the request.',
    'Raise the cap or wait for its reset.',
  ),
  in_flight_budget_exhausted: code(
    402,
    'payment_required',
    true,
    'Only requests still running stand in the way.',
    'Retry after the running requests have ended.',
  ),
  budget_exceeded: code(
    429,
    'budget_exceeded',
    false,
    'A token budget does not cover the request.',
    'Wait for the reset named in the answer or ask for a larger budget.',
  ),
  rate_limit_exceeded: code(
    429,
    'rate_limit_exceeded',
    true,
    'Too many requests or tokens in the window.',
    'Retry after the time in Retry-After.',
  ),
  concurrency_limit_exceeded: code(
    429,
    'rate_limit_exceeded',
    true,
    'Too many requests at once for this key.',
    'Retry when one of them has ended.',
  ),
  invalid_request_error: code(
    400,
    'invalid_request',
    false,
    'The request is malformed.',
    'Correct the field named in the message.',
  ),
  context_length_exceeded: code(
    400,
    'context_length_exceeded',
    false,
    'The prompt is longer than the model’s context.',
    'Shorten the prompt or choose a model with a longer context.',
  ),
  content_policy_violation: code(
    400,
    'content_policy_violation',
    false,
    'The provider refused the content of the request.',
    'Change the content; other endpoints are not asked.',
  ),
  request_too_large: code(
    413,
    'payload_too_large',
    false,
    'The body is larger than the limit.',
    'Send a smaller body.',
  ),
  unsupported_media_type: code(
    415,
    'invalid_request',
    false,
    'The body is not JSON.',
    'Send `content-type: application/json`.',
  ),
  method_not_allowed: code(
    405,
    'invalid_request',
    false,
    'The path does not take this method.',
    'Use the method of the documentation.',
  ),
  upstream_unavailable: code(
    502,
    'provider_unavailable',
    true,
    'Every attempt at a provider failed.',
    'Retry; if it persists, ask your administrator for the provider’s state.',
  ),
  no_eligible_upstream: code(
    503,
    'provider_unavailable',
    true,
    'No endpoint serves this model now.',
    'Retry later or choose another model.',
  ),
  upstream_timeout: code(
    504,
    'timeout',
    true,
    'The provider did not answer in time.',
    'Retry, or ask for a shorter answer.',
  ),
  required_model_unavailable: code(
    503,
    'provider_unavailable',
    true,
    'A required expert of the template is missing.',
    'Retry later or change the template.',
  ),
  overloaded: code(
    503,
    'provider_overloaded',
    true,
    'The gateway has reached its limit of running requests.',
    'Retry after the time in Retry-After.',
  ),
  storage_unavailable: code(
    503,
    'provider_overloaded',
    true,
    'The database or the journal cannot be written.',
    'Retry after the time in Retry-After.',
  ),
  idempotency_in_progress: code(
    409,
    'precondition_failed',
    true,
    'A request with this Idempotency-Key is running.',
    'Retry when it has ended.',
  ),
  idempotency_mismatch: code(
    422,
    'unprocessable',
    false,
    'The Idempotency-Key was used with another body.',
    'Use a new key for a new request.',
  ),
  idempotency_settled: code(
    409,
    'precondition_failed',
    false,
    'The request with this Idempotency-Key has ended, and its answer is not kept.',
    'Read its record with GET /v1/generation; use a new key for a new request.',
  ),
  internal_error: code(
    500,
    'server',
    true,
    'Our own fault.',
    'Retry; report the request id if it persists.',
  ),
  killed: code(499, 'unmapped', false, 'An operator ended the request.', 'Ask your operator.'),
  client_closed: code(
    499,
    'unmapped',
    false,
    'The client left before the end.',
    'Nothing: what was produced is charged.',
  ),
  gateway_lost: code(
    500,
    'server',
    true,
    'The gateway died while the request ran (log only).',
    'Retry; only what was metered is charged.',
  ),
  unpriced_model: code(
    403,
    'permission_denied',
    false,
    'The model has no price and the policy is `block`.',
    'Ask your administrator to set a price.',
  ),
  // The console's own.
  validation_failed: code(
    422,
    'unprocessable',
    false,
    'A field of the body or query is not valid.',
    'Correct the fields listed in `errors`.',
  ),
  invalid_credentials: code(
    401,
    'authentication',
    false,
    'E-mail or password is wrong.',
    'Try again, or ask for a reset.',
  ),
  unauthenticated: code(401, 'authentication', false, 'No valid session.', 'Sign in.'),
  forbidden: code(
    403,
    'permission_denied',
    false,
    'The role does not allow this.',
    'Ask an administrator.',
  ),
  too_many_attempts: code(
    429,
    'rate_limit_exceeded',
    true,
    'Too many sign-in attempts.',
    'Wait for the time in Retry-After.',
  ),
  conflict: code(
    409,
    'precondition_failed',
    false,
    'The change conflicts with the present state.',
    'Reload and try again.',
  ),
  password_change_required: code(
    403,
    'permission_denied',
    false,
    'The one-time password must be changed first.',
    'POST /api/me/password.',
  ),
} as const satisfies Record<string, ErrorCode>;

/** A stable error code. */
export type ErrorCodeName = keyof typeof ERROR_CODES;

/** Body of a `/v1` error in the OpenAI dialect. */
export interface OpenAiErrorBody {
  error: {
    message: string;
    type: string;
    param: string | null;
    code: ErrorCodeName;
    metadata: { error_type: string; request_id: string; provider_code?: string } & Record<
      string,
      unknown
    >;
  };
}

/** RFC 9457 problem of `/api`, with Weir's stable `code`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ErrorCodeName;
  request_id: string;
  errors?: { path: string; message: string }[];
}
