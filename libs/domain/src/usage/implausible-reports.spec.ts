import { describe, expect, it } from 'vitest';
import { checkTokenCount, checkUsage } from './index.js';

const limits = { promptTokensMax: 1000, outputTokensMax: 100 };

describe('a reported figure', () => {
  it('is believed from 0 to ten times the maximum', () => {
    expect(checkTokenCount(0, 100)).toEqual({ status: 'plausible', tokens: 0 });
    expect(checkTokenCount(1000, 100)).toEqual({ status: 'plausible', tokens: 1000 });
    expect(checkTokenCount(1001, 100)).toEqual({ status: 'implausible', problem: 'too_large' });
  });

  it.each([undefined, null])('is absent, not 0, when %s', (raw) => {
    expect(checkTokenCount(raw, 100)).toEqual({ status: 'absent' });
  });

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, '12', true, {}, 3n])(
    'is not believed when %s',
    (raw) => {
      expect(checkTokenCount(raw, 100)).toEqual({
        status: 'implausible',
        problem: 'not_an_integer',
      });
    },
  );

  it('is not believed when negative', () => {
    expect(checkTokenCount(-1, 100)).toEqual({ status: 'implausible', problem: 'negative' });
  });
});

describe('a reported usage', () => {
  it('is complete with both sides, absent cache classes counting as 0', () => {
    expect(checkUsage({ input: 12, output: 3 }, limits)).toEqual({
      status: 'complete',
      usage: { input: 12, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 3, reasoning: 0 },
    });
  });

  it('keeps an explicit 0', () => {
    expect(checkUsage({ input: 0, output: 0 }, limits).status).toBe('complete');
  });

  it('knows the prompt side by a cache class alone', () => {
    expect(checkUsage({ cacheRead: 12, output: 3 }, limits).status).toBe('complete');
  });

  it('is absent without either side', () => {
    expect(checkUsage({}, limits)).toEqual({ status: 'absent' });
    expect(checkUsage({ input: null, reasoning: 0 }, limits)).toEqual({ status: 'absent' });
  });

  it('names the side that is missing', () => {
    expect(checkUsage({ input: 5 }, limits)).toMatchObject({
      status: 'incomplete',
      missing: ['output'],
    });
    expect(checkUsage({ output: 5 }, limits)).toMatchObject({
      status: 'incomplete',
      missing: ['input'],
    });
  });

  it('judges output by the output cap and input by the context window', () => {
    expect(checkUsage({ input: 10_000, output: 1001 }, limits)).toEqual({
      status: 'implausible',
      field: 'output',
      problem: 'too_large',
    });
    expect(checkUsage({ input: 10_001, output: 1 }, limits)).toMatchObject({ field: 'input' });
  });

  it('does not believe more reasoning than output', () => {
    expect(checkUsage({ input: 1, output: 5, reasoning: 6 }, limits)).toMatchObject({
      status: 'implausible',
      field: 'reasoning',
    });
  });
});
