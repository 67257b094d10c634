import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from './error-codes.js';

/** The closed list that SDK users switch on (with our own `budget_exceeded`). */
const ERROR_TYPES = new Set([
  ...['context_length_exceeded', 'max_tokens_exceeded', 'token_limit_exceeded', 'string_too_long'],
  ...[
    'authentication',
    'payment_required',
    'permission_denied',
    'not_found',
    'precondition_failed',
  ],
  ...[
    'payload_too_large',
    'unprocessable',
    'rate_limit_exceeded',
    'content_policy_violation',
    'refusal',
  ],
  ...[
    'invalid_request',
    'invalid_prompt',
    'provider_unavailable',
    'provider_overloaded',
    'timeout',
  ],
  ...['server', 'unmapped', 'budget_exceeded'],
]);

describe('the error codes', () => {
  it('are documented in docs/reference/errors.md, no more and no fewer', async () => {
    const rows = Object.entries(ERROR_CODES).map(
      ([name, code]) =>
        `| \`${name}\` | ${String(code.status)} | \`${code.errorType}\` | ${code.retryable ? 'yes' : 'no'} | ${code.when} | ${code.remedy} |`,
    );
    const page = [
      '# Errors',
      '',
      'Every code of `/v1/*` (in the dialect of the client, as `error.code`) and of `/api/*` (as `code` of the problem). Written from',
      '`libs/contracts/src/error-codes.ts`; after a change run `npx vitest run libs/contracts -u`.',
      '',
      '| code | status | `error_type` | may be retried | when | what to do |',
      '| --- | --- | --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
    await expect(page).toMatchFileSnapshot('../../../docs/reference/errors.md');
  });

  it('have a type of the closed list, a status that is an error, and sentences', () => {
    for (const code of Object.values(ERROR_CODES)) {
      expect(ERROR_TYPES).toContain(code.errorType);
      expect(code.status).toBeGreaterThanOrEqual(400);
      expect(code.when).toMatch(/\.$/);
      expect(code.remedy).toMatch(/\.$/);
    }
  });
});
