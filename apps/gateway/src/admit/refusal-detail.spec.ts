import { describe, expect, it } from 'vitest';
import type { Refusal } from '../money/money-path.types.js';
import { errorBody, errorFacts, errorHeaders } from '../refuse/error-body.js';
import { refusalDetail } from './refusal-detail.js';

const RESET_AT_MS = Date.UTC(2026, 4, 5);
const DAILY: Refusal = {
  code: 'budget_exceeded',
  kind: 1,
  cap: 1_000n,
  used: 900n,
  held: 50n,
  estimate: 120n,
  resetAtMs: RESET_AT_MS,
  retryAfterS: 3_600,
};

const headersOf = (refusal: Refusal): string[] =>
  errorHeaders(refusal.code, 'id', 0, refusalDetail(refusal));
const figures = {
  limit: 1_000,
  scope: 'tokens_daily',
  used: 900,
  held: 50,
  estimate: 120,
  reset_at: '2026-05-05T00:00:00.000Z',
  retry_after: 3_600,
};

describe('a token budget that refuses', () => {
  it('says when it is there again, and that SDKs need not try before', () => {
    const headers = headersOf(DAILY).join(' ');
    expect(headers).toContain('x-should-retry false retry-after 3600 retry-after-ms 3600000');
  });

  it('names no time where it never resets', () => {
    const headers = headersOf({ ...DAILY, kind: 3, resetAtMs: null, retryAfterS: null });
    expect(headers).not.toContain('retry-after');
  });

  it('has the figures to act on in the body', () => {
    const facts = errorFacts('budget_exceeded', 'id', refusalDetail(DAILY));
    expect(facts.httpStatus).toBe(429);
    expect(facts.message).toContain('the daily token budget');
    expect(JSON.parse(errorBody('openai', facts))).toMatchObject({
      error: { code: 'budget_exceeded', metadata: { error_type: 'budget_exceeded' }, ...figures },
    });
    expect(JSON.parse(errorBody('anthropic', facts))).toMatchObject({
      error: { error_type: 'budget_exceeded' },
      request_id: 'id',
    });
    expect(JSON.parse(errorBody('gemini', facts))).toMatchObject({
      error: { code: 429, status: 'RESOURCE_EXHAUSTED' },
    });
    for (const dialect of ['anthropic', 'gemini'] as const)
      expect(errorBody(dialect, facts)).toContain('tokens_daily');
  });
});

describe('money that refuses', () => {
  it('is told in decimal text', () => {
    const refusal: Refusal = {
      ...DAILY,
      code: 'api_key_quota_exhausted',
      kind: 5,
      cap: 1_500_000_000n,
    };
    expect(refusalDetail(refusal).figures).toMatchObject({
      limit: '1.5',
      scope: 'key_spend_daily',
      used: '0.0000009',
    });
  });
});
