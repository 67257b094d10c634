import { describe, expect, it } from 'vitest';
import { geminiError } from './gemini-error.js';

const facts = { code: 'x', errorType: 'server', message: 'm', requestId: 'r' };
const statusOf = (httpStatus: number): string => geminiError({ ...facts, httpStatus }).error.status;

describe('an error in Gemini’s dialect', () => {
  it('carries our code as its reason, the figures as texts and the request id', () => {
    expect(
      geminiError({
        code: 'budget_exceeded',
        httpStatus: 429,
        errorType: 'budget_exceeded',
        message: 'The daily budget is used up.',
        requestId: 'req-1',
        param: 'generationConfig.maxOutputTokens',
        providerCode: 'p1',
        metadata: { limit: '1.00', held: 5, scope: null, retry_after: 30 },
      }),
    ).toEqual({
      error: {
        code: 429,
        message: 'The daily budget is used up.',
        status: 'RESOURCE_EXHAUSTED',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'budget_exceeded',
            domain: 'weir',
            metadata: {
              limit: '1.00',
              held: '5',
              retry_after: '30',
              request_id: 'req-1',
              error_type: 'budget_exceeded',
              provider_code: 'p1',
            },
          },
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [
              {
                field: 'generationConfig.maxOutputTokens',
                description: 'The daily budget is used up.',
              },
            ],
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '30s' },
        ],
      },
    });
  });

  it('has one detail where nothing more is known', () => {
    expect(geminiError({ ...facts, httpStatus: 500 }).error.details).toEqual([
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'x',
        domain: 'weir',
        metadata: { request_id: 'r', error_type: 'server' },
      },
    ]);
  });

  it('has Google’s name for the status', () => {
    expect([401, 403, 404, 409, 412, 429, 499, 501, 502, 503, 504].map(statusOf)).toEqual([
      'UNAUTHENTICATED',
      'PERMISSION_DENIED',
      'NOT_FOUND',
      'ABORTED',
      'FAILED_PRECONDITION',
      'RESOURCE_EXHAUSTED',
      'CANCELLED',
      'UNIMPLEMENTED',
      'UNAVAILABLE',
      'UNAVAILABLE',
      'DEADLINE_EXCEEDED',
    ]);
    expect([400, 413, 422].map(statusOf)).toEqual(Array(3).fill('INVALID_ARGUMENT'));
    expect([500, 505].map(statusOf)).toEqual(['INTERNAL', 'INTERNAL']);
  });

  it('tells a client not to wait for a spent balance', () => {
    expect(statusOf(402)).toBe('FAILED_PRECONDITION');
  });
});
