import { describe, expect, it } from 'vitest';
import type { AttemptOutcome, FailoverInput } from './index.js';
import { isEndpointFault, mayFailover } from './index.js';

const input: FailoverInput = {
  outcome: 'connect',
  status: null,
  contentPolicy: false,
  attempts: 1,
  sinceFirstMs: 100,
  answered: false,
  fallback: true,
};

describe('failover', () => {
  it.each<AttemptOutcome>(['connect', 'timeout', 'reset', 'redirect', 'encoding'])(
    'follows a %s',
    (outcome) => {
      expect(mayFailover({ ...input, outcome })).toBe(true);
    },
  );

  it.each([401, 402, 403, 408, 409, 429, 500, 502, 503, 529])('follows status %d', (status) => {
    expect(mayFailover({ ...input, outcome: 'status', status })).toBe(true);
  });

  it.each([400, 404, 413, 422, 418])('does not follow the client mistake %d', (status) => {
    expect(mayFailover({ ...input, outcome: 'status', status })).toBe(false);
  });

  it.each<AttemptOutcome>(['ok', 'cancelled'])('does not follow %s', (outcome) => {
    expect(mayFailover({ ...input, outcome })).toBe(false);
  });

  it('does not follow a refusal of the content, whatever its status', () => {
    expect(mayFailover({ ...input, outcome: 'status', status: 403, contentPolicy: true })).toBe(
      false,
    );
  });

  it('never follows once a byte reached the client', () => {
    expect(mayFailover({ ...input, answered: true })).toBe(false);
  });

  it('ends after three attempts, after ten seconds, and where the request wants no other endpoint', () => {
    expect(mayFailover({ ...input, attempts: 2, sinceFirstMs: 10_000 })).toBe(true);
    expect(mayFailover({ ...input, attempts: 3 })).toBe(false);
    expect(mayFailover({ ...input, sinceFirstMs: 10_001 })).toBe(false);
    expect(mayFailover({ ...input, fallback: false })).toBe(false);
  });

  it('blames the endpoint for an outcome without status only when it is one', () => {
    expect(isEndpointFault('status', null)).toBe(false);
    expect(isEndpointFault('status', 500)).toBe(true);
  });
});
