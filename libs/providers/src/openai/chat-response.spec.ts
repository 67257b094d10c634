import { describe, expect, it } from 'vitest';
import { producedTextOf, readChatResponse, readEmbeddingsResponse } from './chat-response.js';
import { readProviderError } from './provider-error.js';
import { readChatUsage, USAGE_TOKENS_MAX } from './usage.js';

const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };

describe('an answer that was not streamed', () => {
  it('gives its usage, model and finish reason', () => {
    const body = {
      model: 'm',
      usage,
      choices: [{ finish_reason: 'stop' }, { finish_reason: null }],
    };
    expect(readChatResponse(body)).toEqual({
      usage: { input: 10, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 4, reasoning: 0 },
      isUsageInvalid: false,
      finishReason: 'stop',
      reportedModel: 'm',
      error: null,
    });
  });

  it('gives an error inside a 200', () => {
    const read = readChatResponse({ error: { message: 'no', code: 'x', type: 'y' } });
    expect(read.error).toEqual({ message: 'no', code: 'x', type: 'y' });
    expect(readProviderError({ message: 7, code: true })).toEqual({
      message: '',
      code: null,
      type: null,
    });
    expect(readProviderError('')).toBe(null);
  });

  it('says nothing of a body that is no object', () => {
    expect(readChatResponse([1]).usage).toBe(null);
    expect(readChatResponse({ model: '', choices: ['x'] }).reportedModel).toBe(null);
  });

  it('gives the produced text of every kind, for counting', () => {
    const body = {
      choices: [
        {
          message: {
            content: 'a',
            refusal: 'b',
            reasoning: 'c',
            function_call: { name: 'd', arguments: 'e' },
          },
        },
        {
          message: {
            content: [{ text: 'f' }],
            reasoning_content: 'g',
            tool_calls: [{ function: { name: 'h', arguments: 'i' } }],
          },
        },
        { text: 'j' },
      ],
    };
    expect(producedTextOf(body)).toBe('abcdefghij');
    expect(producedTextOf(null)).toBe('');
  });

  it('reads embeddings, whose usage may give only a total', () => {
    expect(readEmbeddingsResponse({ usage: { prompt_tokens: 5 } }).usage?.input).toBe(5);
    expect(readEmbeddingsResponse({ usage: { total_tokens: 6 } }).usage?.input).toBe(6);
    expect(readEmbeddingsResponse({}).usage).toBe(null);
    expect(readEmbeddingsResponse({ usage: { prompt_tokens: -1 } }).isUsageInvalid).toBe(true);
    expect(readEmbeddingsResponse({ usage: 'x' }).isUsageInvalid).toBe(true);
  });
});

describe('a reported usage', () => {
  it('is believed up to ten times what the request could use', () => {
    const bounds = { inputTokensMax: 1, outputTokensMax: 100 };
    const at = (completion: number) =>
      readChatUsage({ prompt_tokens: 10, completion_tokens: completion }, bounds).state;
    expect([at(1_000), at(1_001)]).toEqual(['valid', 'invalid']);
    expect(readChatUsage({ prompt_tokens: 11, completion_tokens: 1 }, bounds).state).toBe(
      'invalid',
    );
    expect(
      readChatUsage({ prompt_tokens: 0, completion_tokens: USAGE_TOKENS_MAX * 10 + 1 }).state,
    ).toBe('invalid');
  });

  it('is refused when its parts contradict its whole', () => {
    const bad = [
      'x',
      { ...usage, prompt_tokens_details: { cached_tokens: 11 } },
      { ...usage, prompt_tokens_details: { cached_tokens: -1 } },
      { ...usage, prompt_tokens_details: { cache_write_tokens: 1.5 } },
      { ...usage, completion_tokens_details: { reasoning_tokens: 5 } },
      { ...usage, completion_tokens_details: { reasoning_tokens: 'a' } },
    ];
    for (const it of bad) expect(readChatUsage(it).state).toBe('invalid');
  });

  it('takes null details as none and an explicit zero as zero', () => {
    const read = readChatUsage({
      prompt_tokens: 0,
      completion_tokens: 0,
      prompt_tokens_details: null,
      completion_tokens_details: { reasoning_tokens: null },
    });
    expect(read).toMatchObject({ state: 'valid', usage: { input: 0, output: 0 } });
  });
});
