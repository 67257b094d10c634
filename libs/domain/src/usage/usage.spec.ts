import { describe, expect, it } from 'vitest';
import { addUsage, completionTokens, NO_USAGE, promptTokens, totalTokens } from './index.js';

const usage = {
  input: 1,
  cacheRead: 10,
  cacheWrite5m: 100,
  cacheWrite1h: 1000,
  output: 10_000,
  reasoning: 4000,
};

describe('token totals', () => {
  it('count input and every cache class as prompt', () => {
    expect(promptTokens(usage)).toBe(1111);
  });

  it('count output as completion and reasoning only as a part of it', () => {
    expect(completionTokens(usage)).toBe(10_000);
    expect(totalTokens(usage)).toBe(11_111);
  });

  it('add class by class', () => {
    expect(addUsage(usage, NO_USAGE)).toEqual(usage);
    expect(totalTokens(addUsage(usage, usage))).toBe(22_222);
  });
});
