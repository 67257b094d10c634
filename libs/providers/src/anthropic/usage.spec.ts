import { describe, expect, it } from 'vitest';
import { readDeltaUsage, readMessagesUsage, readStartUsage } from './usage.js';

const none = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0 };
const valid = (usage: object) => ({ state: 'valid', usage });

describe('Anthropic’s usage', () => {
  it('is read into disjoint classes', () => {
    expect(
      readMessagesUsage({
        input_tokens: 3,
        cache_read_input_tokens: 20,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        output_tokens: 7,
        output_tokens_details: { thinking_tokens: 5 },
      }),
    ).toEqual(
      valid({
        input: 3,
        cacheRead: 20,
        cacheWrite5m: 10,
        cacheWrite1h: 20,
        output: 7,
        reasoning: 5,
      }),
    );
  });

  it('takes cache writes without a split, and what a split leaves over, for 5 minutes', () => {
    const writes = (usage: object) => {
      const reading = readMessagesUsage({ input_tokens: 0, output_tokens: 0, ...usage });
      return reading.state === 'valid'
        ? [reading.usage.cacheWrite5m, reading.usage.cacheWrite1h]
        : reading.state;
    };
    expect(writes({ cache_creation_input_tokens: 30 })).toEqual([30, 0]);
    expect(
      writes({
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_1h_input_tokens: 20 },
      }),
    ).toEqual([10, 20]);
    expect(
      writes({
        cache_creation_input_tokens: 10,
        cache_creation: { ephemeral_1h_input_tokens: 20 },
      }),
    ).toEqual([0, 10]);
    expect(writes({ cache_creation: { ephemeral_5m_input_tokens: 4 } })).toEqual([4, 0]);
    expect(writes({ cache_creation: { ephemeral_1h_input_tokens: 4 } })).toEqual([0, 4]);
    expect(writes({})).toEqual([0, 0]);
  });

  it('is absent, not 0, when it is not there', () => {
    for (const value of [undefined, null]) {
      expect(readMessagesUsage(value)).toEqual({ state: 'absent' });
      expect(readStartUsage(value)).toEqual({ state: 'absent' });
    }
  });

  it('believes an explicit 0 and takes null for left out', () => {
    expect(
      readMessagesUsage({ input_tokens: 0, output_tokens: 0, cache_read_input_tokens: null }),
    ).toEqual(valid({ input: 0, ...none }));
  });

  const bad = [-1, 1.5, '3', true, {}, 1e12];
  const figures = [
    'input_tokens',
    'output_tokens',
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
  ];
  it.each(figures)('is not used when %s cannot be right', (figure) => {
    for (const value of bad) {
      const usage = { input_tokens: 1, output_tokens: 1, [figure]: value };
      expect(readMessagesUsage(usage)).toEqual({ state: 'invalid' });
    }
  });

  it('is not used when a figure inside a figure cannot be right', () => {
    for (const value of bad) {
      for (const more of [
        { cache_creation: { ephemeral_5m_input_tokens: value } },
        { cache_creation: { ephemeral_1h_input_tokens: value } },
        { output_tokens_details: { thinking_tokens: value } },
      ]) {
        const usage = { input_tokens: 1, output_tokens: 1, ...more };
        expect(readMessagesUsage(usage)).toEqual({ state: 'invalid' });
      }
    }
    expect(readMessagesUsage('12')).toEqual({ state: 'invalid' });
    expect(readStartUsage([])).toEqual({ state: 'invalid' });
  });

  it('is believed up to ten times its bounds, the sum of the input classes too', () => {
    const bounds = { inputTokensMax: 10, outputTokensMax: 5 };
    const read = (input: number, cacheRead: number, output: number) =>
      readMessagesUsage(
        { input_tokens: input, cache_read_input_tokens: cacheRead, output_tokens: output },
        bounds,
      ).state;
    expect(read(60, 40, 50)).toBe('valid');
    expect(read(61, 40, 50)).toBe('invalid');
    expect(read(60, 40, 51)).toBe('invalid');
    expect(readMessagesUsage({ input_tokens: 9, output_tokens: 0 }, { inputTokensMax: 0 })).toEqual(
      valid({ input: 9, ...none }),
    );
  });

  it('tells no output at the start of a stream: its first count is not the answer’s', () => {
    expect(readStartUsage({ input_tokens: 9, output_tokens: 4 })).toEqual(
      valid({ input: 9, ...none }),
    );
    expect(readStartUsage({ output_tokens: 4 })).toEqual({ state: 'invalid' });
  });

  it('takes from the start of a stream what its end leaves out', () => {
    const start = { ...none, input: 9, cacheRead: 8, cacheWrite5m: 7, cacheWrite1h: 6 };
    expect(readDeltaUsage({ output_tokens: 4 }, start)).toEqual(valid({ ...start, output: 4 }));
    expect(
      readDeltaUsage(
        {
          output_tokens: 4,
          input_tokens: 1,
          cache_read_input_tokens: 2,
          cache_creation_input_tokens: 20,
        },
        start,
      ),
    ).toEqual(
      valid({ input: 1, cacheRead: 2, cacheWrite5m: 14, cacheWrite1h: 6, output: 4, reasoning: 0 }),
    );
    expect(readDeltaUsage({ output_tokens: 4 }, null)).toEqual({ state: 'invalid' });
  });
});
