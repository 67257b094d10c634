import { describe, expect, it } from 'vitest';
import type { Operation, ProviderKind } from './provider-kinds.js';
import { joinUrl, operationUrl, OPERATIONS, PROVIDER_KINDS } from './provider-kinds.js';

function kindOf(name: string): ProviderKind {
  const kind = PROVIDER_KINDS.get(name);
  if (kind === undefined) throw new Error(name);
  return kind;
}

/** Paths of every operation a kind has, of the model `m`. */
function paths(name: string): Partial<Record<Operation, string>> {
  const all: Partial<Record<Operation, string>> = {};
  for (const operation of OPERATIONS) {
    const path = kindOf(name).path(operation, 'm');
    if (path !== null) all[operation] = path;
  }
  return all;
}

describe('the OpenAI kind of provider', () => {
  const kind = kindOf('openai');

  it('addresses and authorises as OpenAI does', () => {
    expect(paths('openai')).toEqual({
      chat: 'chat/completions',
      chat_stream: 'chat/completions',
      completions: 'completions',
      responses: 'responses',
      embeddings: 'embeddings',
      models: 'models',
    });
    expect(kind.authorise('c')).toEqual({ authorization: 'Bearer c' });
  });

  it('bounds reasoning models by max_completion_tokens, all others by max_tokens', () => {
    expect(kind.maxTokensField('o3-mini')).toBe('max_completion_tokens');
    expect(kind.maxTokensField('gpt-5.1')).toBe('max_completion_tokens');
    expect(kind.maxTokensField('gpt-4o')).toBe('max_tokens');
    expect(kind.maxTokensField('llama-3')).toBe('max_tokens');
  });
});

describe('the Anthropic kind of provider', () => {
  it('addresses and authorises as Anthropic does, and names the version it speaks', () => {
    const kind = kindOf('anthropic');
    expect(paths('anthropic')).toEqual({
      chat: 'messages',
      chat_stream: 'messages',
      count_tokens: 'messages/count_tokens',
      models: 'models',
    });
    expect(kind.authorise('c')).toEqual({ 'x-api-key': 'c' });
    expect(kind.headers).toEqual({ 'anthropic-version': '2023-06-01' });
    expect(kind.maxTokensField('claude')).toBe('max_tokens');
  });
});

describe('the Gemini kind of provider', () => {
  it('names the model in the path and keeps the credential out of the query', () => {
    const kind = kindOf('gemini');
    expect(paths('gemini')).toEqual({
      chat: 'models/m:generateContent',
      chat_stream: 'models/m:streamGenerateContent?alt=sse',
      count_tokens: 'models/m:countTokens',
      models: 'models',
    });
    expect(kind.authorise('c')).toEqual({ 'x-goog-api-key': 'c' });
    expect(kind.maxTokensField('gemini')).toBe('max_tokens');
  });

  it('takes a resource name as it is and lets no name leave its place in the path', () => {
    const kind = kindOf('gemini');
    expect(kind.path('chat', 'tunedModels/a b')).toBe('tunedModels/a%20b:generateContent');
    expect(kind.path('chat', 'm?key=x#y')).toBe('models/m%3Fkey%3Dx%23y:generateContent');
  });
});

describe('the URL of an operation', () => {
  it.each([
    ['https://api.anthropic.com', 'https://api.anthropic.com/v1/messages'],
    ['https://api.anthropic.com/', 'https://api.anthropic.com/v1/messages'],
    ['https://api.anthropic.com/v1', 'https://api.anthropic.com/v1/messages'],
    ['https://h/anthropic/v1/', 'https://h/anthropic/v1/messages'],
    ['https://h?a=1', 'https://h/v1/messages?a=1'],
  ])('adds the version to %s only where it has none', (base, url) => {
    expect(operationUrl(kindOf('anthropic'), base, 'chat', 'm')).toBe(url);
  });

  it('is Gemini’s with one query, whatever the base has', () => {
    const url = operationUrl(kindOf('gemini'), 'https://g/v1beta?x=1', 'chat_stream', 'm');
    expect(url).toBe('https://g/v1beta/models/m:streamGenerateContent?alt=sse&x=1');
  });

  it('takes the base of an OpenAI-compatible server as it is', () => {
    const url = operationUrl(kindOf('openai'), 'https://h/openai', 'chat', 'm');
    expect(url).toBe('https://h/openai/chat/completions');
  });

  it('is none where the kind has no such operation', () => {
    expect(operationUrl(kindOf('anthropic'), 'https://h', 'embeddings', 'm')).toBeNull();
    expect(operationUrl(kindOf('gemini'), 'https://h', 'completions', 'm')).toBeNull();
  });

  it('joins base and path with one slash and keeps a query at the end', () => {
    expect(joinUrl('http://h/v1', 'models')).toBe('http://h/v1/models');
    expect(joinUrl('http://h/v1/', 'models')).toBe('http://h/v1/models');
    expect(joinUrl('http://h/d/x?api-version=1', 'models')).toBe(
      'http://h/d/x/models?api-version=1',
    );
  });
});
