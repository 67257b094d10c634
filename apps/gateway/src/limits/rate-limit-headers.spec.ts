import { describe, expect, it } from 'vitest';
import { durationText, rateLimitHeaders } from './rate-limit-headers.js';

const AT = Date.UTC(2026, 4, 4, 12, 0, 30);

/** Name and value in pairs. */
function asObject(flat: readonly string[]): Record<string, string> {
  const all: Record<string, string> = {};
  for (let i = 0; i < flat.length; i += 2) all[flat[i] ?? ''] = flat[i + 1] ?? '';
  return all;
}

describe('the headers of limits', () => {
  const requests = { limit: 60, remaining: 59, resetMs: 999 };
  const tokens = { limit: 1_000, remaining: 0, resetMs: 360_000 };

  it('are OpenAI’s on its surface', () => {
    expect(asObject(rateLimitHeaders({ requests, tokens, atMs: AT }, 'openai'))).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m0s',
    });
  });

  it('are Anthropic’s on its surface, with instants', () => {
    const reset = '2026-05-04T12:06:30Z';
    const all = asObject(rateLimitHeaders({ requests, tokens, atMs: AT }, 'anthropic'));
    expect(all).toEqual({
      'anthropic-ratelimit-requests-limit': '60',
      'anthropic-ratelimit-requests-remaining': '59',
      'anthropic-ratelimit-requests-reset': '2026-05-04T12:00:31Z',
      'anthropic-ratelimit-tokens-limit': '1000',
      'anthropic-ratelimit-tokens-remaining': '0',
      'anthropic-ratelimit-tokens-reset': reset,
      'anthropic-ratelimit-input-tokens-limit': '1000',
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': reset,
      'anthropic-ratelimit-output-tokens-limit': '1000',
      'anthropic-ratelimit-output-tokens-remaining': '0',
      'anthropic-ratelimit-output-tokens-reset': reset,
    });
  });

  it('tell nothing of limits that are not set', () => {
    const state = { requests: null, tokens: null, atMs: AT };
    expect(rateLimitHeaders(state, 'openai')).toEqual([]);
    expect(rateLimitHeaders(state, 'anthropic')).toEqual([]);
  });
});

it.each([
  [0, '0s'],
  [-5, '0s'],
  [1, '1s'],
  [1_000, '1s'],
  [59_001, '1m0s'],
  [360_000, '6m0s'],
  [7_230_000, '2h0m30s'],
  [604_800_000, '168h0m0s'],
])('%d ms is written %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
