import { ERROR_CODES } from '@weir/contracts';

/**
 * Statuses of requests that Weir itself refused: they never reached a provider, so totals and charts leave them
 * out (decisions §12), while lists show them.
 */
export const REFUSAL_CODES: readonly string[] = [
  'api_key_required',
  'invalid_api_key',
  'api_key_disabled',
  'api_key_expired',
  'user_inactive',
  'ip_not_allowed',
  'model_not_allowed',
  'mode_not_allowed',
  'model_not_found',
  'not_found',
  'insufficient_balance',
  'api_key_quota_exhausted',
  'in_flight_budget_exhausted',
  'budget_exceeded',
  'rate_limit_exceeded',
  'concurrency_limit_exceeded',
  'invalid_request_error',
  'request_too_large',
  'unsupported_media_type',
  'method_not_allowed',
  'unpriced_model',
  'no_eligible_upstream',
  'required_model_unavailable',
  'overloaded',
  'storage_unavailable',
  'idempotency_in_progress',
  'idempotency_mismatch',
];

/** Statuses answered with an HTTP class such as `5xx`: rollups keep the status, not the number. */
export function statusesOfClass(httpClass: string): string[] {
  const first = Number(httpClass[0]);
  return Object.entries(ERROR_CODES)
    .filter(([, code]) => Math.floor(code.status / 100) === first)
    .map(([name]) => name)
    .concat(first === 2 ? ['ok'] : []);
}
