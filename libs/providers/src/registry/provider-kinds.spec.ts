import { describe, expect, it } from 'vitest';
import { joinUrl, PROVIDER_KINDS } from './provider-kinds.js';

describe('the OpenAI kind of provider', () => {
  const kind = PROVIDER_KINDS.get('openai');

  it('addresses and authorises as OpenAI does', () => {
    expect(kind?.path('chat')).toBe('chat/completions');
    expect(kind?.authorise('c')).toEqual({ authorization: 'Bearer c' });
  });

  it('bounds reasoning models by max_completion_tokens, all others by max_tokens', () => {
    expect(kind?.maxTokensField('o3-mini')).toBe('max_completion_tokens');
    expect(kind?.maxTokensField('gpt-5.1')).toBe('max_completion_tokens');
    expect(kind?.maxTokensField('gpt-4o')).toBe('max_tokens');
    expect(kind?.maxTokensField('llama-3')).toBe('max_tokens');
  });

  it('joins base and path with one slash and keeps a query at the end', () => {
    expect(joinUrl('http://h/v1', 'models')).toBe('http://h/v1/models');
    expect(joinUrl('http://h/v1/', 'models')).toBe('http://h/v1/models');
    expect(joinUrl('http://h/d/x?api-version=1', 'models')).toBe(
      'http://h/d/x/models?api-version=1',
    );
  });
});
