import { describe, expect, it } from 'vitest';
import { anthropicError } from './anthropic-error.js';

const facts = { code: 'x', errorType: 'server', message: 'm', requestId: 'r' };
const typeOf = (httpStatus: number): string => anthropicError({ ...facts, httpStatus }).error.type;

describe('an error in Anthropic’s dialect', () => {
  it('carries type, sentence, code, figures and request id', () => {
    expect(
      anthropicError({
        code: 'insufficient_balance',
        httpStatus: 402,
        errorType: 'payment_required',
        message: 'Add credit.',
        requestId: 'req-1',
        param: 'max_tokens',
        providerCode: 'p1',
        metadata: { limit: '1.00', type: 'never this' },
      }),
    ).toEqual({
      type: 'error',
      error: {
        type: 'billing_error',
        message: 'Add credit.',
        error_type: 'payment_required',
        code: 'insufficient_balance',
        details: { error_code: 'insufficient_balance' },
        limit: '1.00',
        param: 'max_tokens',
        provider_code: 'p1',
      },
      request_id: 'req-1',
    });
    expect(Object.keys(anthropicError({ ...facts, httpStatus: 500 }).error)).toEqual([
      'type',
      'message',
      'error_type',
      'code',
      'details',
    ]);
  });

  it('has the type that SDK users switch on', () => {
    expect(
      [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 499, 500, 502, 503, 504, 529].map(typeOf),
    ).toEqual([
      'invalid_request_error',
      'authentication_error',
      'billing_error',
      'permission_error',
      'not_found_error',
      'timeout_error',
      'conflict_error',
      'request_too_large',
      'invalid_request_error',
      'rate_limit_error',
      'invalid_request_error',
      'api_error',
      'api_error',
      'overloaded_error',
      'timeout_error',
      'overloaded_error',
    ]);
  });
});
