import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geminiUsage, readGeminiUsage } from './usage.js';

const read = (value: unknown, hasOutput = false) => readGeminiUsage(value, {}, hasOutput);
const figures = (value: unknown, hasOutput = false) => {
  const reading = read(value, hasOutput);
  if (reading.state !== 'valid') return reading.state;
  const { input, cacheRead, output, reasoning } = reading.usage;
  return [input, cacheRead, output, reasoning];
};

describe('Gemini’s usage', () => {
  it('has cached tokens inside the prompt, tool results beside it and thoughts beside the candidates', () => {
    expect(
      read({
        promptTokenCount: 100,
        cachedContentTokenCount: 60,
        toolUsePromptTokenCount: 7,
        candidatesTokenCount: 10,
        thoughtsTokenCount: 20,
        totalTokenCount: 137,
      }),
    ).toEqual({
      state: 'valid',
      usage: {
        input: 47,
        cacheRead: 60,
        cacheWrite5m: 0,
        cacheWrite1h: 0,
        output: 30,
        reasoning: 20,
      },
    });
  });

  it('needs no total', () => {
    expect(figures({ promptTokenCount: 3, candidatesTokenCount: 2 })).toEqual([3, 0, 2, 0]);
  });

  it('knows thoughts that are counted among the candidates by the total', () => {
    const usage = { promptTokenCount: 3, candidatesTokenCount: 9, thoughtsTokenCount: 4 };
    expect(figures({ ...usage, totalTokenCount: 12 })).toEqual([3, 0, 9, 4]);
    expect(figures({ ...usage, totalTokenCount: 16 })).toEqual([3, 0, 13, 4]);
  });

  it('takes what the total alone tells as output, thoughts where the candidates are told', () => {
    const prompt = { promptTokenCount: 3, totalTokenCount: 12 };
    expect(figures({ ...prompt, candidatesTokenCount: 4 })).toEqual([3, 0, 9, 5]);
    expect(figures({ ...prompt, thoughtsTokenCount: 4 })).toEqual([3, 0, 9, 4]);
    expect(figures(prompt)).toEqual([3, 0, 9, 0]);
  });

  it('is zero where the provider left its zeros out and nothing was produced', () => {
    const prompt = { promptTokenCount: 3, totalTokenCount: 3 };
    expect(figures(prompt)).toEqual([3, 0, 0, 0]);
    expect(figures(prompt, true)).toBe('absent');
    expect(figures({ promptTokenCount: 3 }, true)).toBe('absent');
    expect(figures({ ...prompt, candidatesTokenCount: 0 }, true)).toEqual([3, 0, 0, 0]);
    expect(figures({ ...prompt, thoughtsTokenCount: 0 }, true)).toEqual([3, 0, 0, 0]);
  });

  it('is absent where no figure is given', () => {
    for (const none of [undefined, null, {}, { trafficType: 'ON_DEMAND' }]) {
      expect(figures(none)).toBe('absent');
    }
  });

  it('is refused when a figure cannot be right', () => {
    const usage = { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 };
    const bad = [
      'x',
      [usage],
      { ...usage, promptTokenCount: -1 },
      { ...usage, promptTokenCount: 1.5 },
      { ...usage, promptTokenCount: '10' },
      { ...usage, promptTokenCount: 1e12 },
      { candidatesTokenCount: 5 },
      { ...usage, candidatesTokenCount: -5 },
      { ...usage, thoughtsTokenCount: 0.5 },
      { ...usage, totalTokenCount: -1 },
      { ...usage, cachedContentTokenCount: 11 },
      { ...usage, cachedContentTokenCount: 'x' },
      { ...usage, toolUsePromptTokenCount: -1 },
    ];
    for (const it of bad) expect(figures(it)).toBe('invalid');
  });

  it('is refused when its parts contradict its total', () => {
    const usage = { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 2 };
    for (const total of [12, 14, 16, 18]) {
      expect(figures({ ...usage, totalTokenCount: total })).toBe('invalid');
    }
    expect(figures({ ...usage, thoughtsTokenCount: 6, totalTokenCount: 15 })).toBe('invalid');
  });

  it('is believed up to ten times what the request could use', () => {
    const bounds = { inputTokensMax: 1, outputTokensMax: 10 };
    const at = (promptTokenCount: number, thoughtsTokenCount: number) =>
      readGeminiUsage({ promptTokenCount, candidatesTokenCount: 50, thoughtsTokenCount }, bounds)
        .state;
    expect([at(10, 50), at(11, 50), at(10, 51)]).toEqual(['valid', 'invalid', 'invalid']);
  });

  it('comes back as it was written, cache writes as prompt', () => {
    const tokens = fc.nat(1_000_000);
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (input, cacheRead, words, reasoning) => {
        const usage = {
          input,
          cacheRead,
          cacheWrite5m: 0,
          cacheWrite1h: 0,
          output: words + reasoning,
          reasoning,
        };
        expect(readGeminiUsage(geminiUsage(usage))).toEqual({ state: 'valid', usage });
      }),
    );
    expect(
      geminiUsage({
        input: 1,
        cacheRead: 0,
        cacheWrite5m: 2,
        cacheWrite1h: 3,
        output: 4,
        reasoning: 0,
      }),
    ).toEqual({ promptTokenCount: 6, candidatesTokenCount: 4, totalTokenCount: 10 });
  });
});
