import { describe, expect, it } from 'vitest';
import { openAiError } from './openai-error.js';

const facts = { code: 'x', errorType: 'server', message: 'm', requestId: 'r' };
const typeOf = (httpStatus: number, errorType = 'any'): string =>
  openAiError({ ...facts, httpStatus, errorType }).error.type;

describe('an error in OpenAI’s dialect', () => {
  it('carries code, type, figures and request id', () => {
    expect(
      openAiError({
        code: 'insufficient_balance',
        httpStatus: 402,
        errorType: 'payment_required',
        message: 'Add credit.',
        requestId: 'req-1',
        param: 'max_tokens',
        providerCode: 'p1',
        metadata: { limit: '1.00' },
      }),
    ).toEqual({
      error: {
        message: 'Add credit.',
        type: 'insufficient_quota',
        param: 'max_tokens',
        code: 'insufficient_balance',
        metadata: {
          limit: '1.00',
          error_type: 'payment_required',
          request_id: 'req-1',
          provider_code: 'p1',
        },
      },
    });
    expect(openAiError({ ...facts, httpStatus: 500 }).error).toMatchObject({
      param: null,
      metadata: { error_type: 'server', request_id: 'r' },
    });
  });

  it('has the type that SDK users switch on', () => {
    expect([400, 401, 403, 404, 413, 429, 502].map((status) => typeOf(status))).toEqual([
      'invalid_request_error',
      'authentication_error',
      'permission_error',
      'invalid_request_error',
      'invalid_request_error',
      'rate_limit_error',
      'server_error',
    ]);
    expect(typeOf(429, 'budget_exceeded')).toBe('insufficient_quota');
  });
});
