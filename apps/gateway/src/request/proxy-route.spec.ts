import { describe, expect, it } from 'vitest';
import { BadPath, routeOf, UNKNOWN } from './proxy-route.js';

/** What a URL means, in short: method, operation, dialect, body, model and whether it streams. */
function meaning(url: string): unknown {
  const route = routeOf(url);
  if (route === null) return null;
  if (route instanceof BadPath) return `bad ${route.route.dialect}`;
  if (UNKNOWN.has(route)) return `unknown ${route.dialect}`;
  const { method, operation, dialect, client, pathModel, pathStream } = route;
  return [method, operation, dialect, client, pathModel, pathStream];
}

describe('the routes of the data plane', () => {
  it.each([
    ['/v1/chat/completions', ['POST', 'chat', 'openai', 'openai-chat', null, null]],
    ['/v1/chat/completions?a=1', ['POST', 'chat', 'openai', 'openai-chat', null, null]],
    ['/v1/completions', ['POST', 'chat', 'openai', 'openai-completions', null, null]],
    ['/v1/responses', ['POST', 'chat', 'openai', 'openai-responses', null, null]],
    ['/v1/embeddings', ['POST', 'embeddings', 'openai', null, null, null]],
    ['/v1/messages?beta=true', ['POST', 'chat', 'anthropic', 'anthropic', null, null]],
    ['/v1/messages/count_tokens', ['POST', 'chat', 'anthropic', null, null, null]],
    ['/v1/models', ['GET', 'models', 'openai', null, null, null]],
    ['/v1beta/models', ['GET', 'models', 'gemini', null, null, null]],
  ])('%s', (url, expected) => {
    expect(meaning(url)).toEqual(expected);
  });

  it.each([
    ['/v1beta/models/m:generateContent', 'm', false],
    ['/v1/models/m:generateContent', 'm', false],
    ['/v1beta/models/sandbox/small:streamGenerateContent?alt=sse', 'sandbox/small', true],
    ['/v1beta/models/qwen:7b:generateContent', 'qwen:7b', false],
    ['/v1beta/models/a%20b:generateContent', 'a b', false],
    ['/v1beta/sandbox/small:generateContent', 'sandbox/small', false],
    ['/v1beta/sandbox/small:streamGenerateContent?alt=sse', 'sandbox/small', true],
  ])('%s names its model in the path', (url, model, streams) => {
    expect(meaning(url)).toEqual(['POST', 'chat', 'gemini', 'gemini', model, streams]);
  });

  it('reads one model of either list, whose slashes OpenAI’s SDK encodes', () => {
    const own = ['GET', 'models', 'openai', null, 'sandbox/small', null];
    expect(meaning('/v1/models/sandbox%2Fsmall')).toEqual(own);
    expect(meaning('/v1/models/sandbox/small')).toEqual(own);
    expect(meaning('/v1beta/models/m')).toEqual(['GET', 'models', 'gemini', null, 'm', null]);
  });

  it.each([
    'a%2fb',
    'a%2Fb',
    '..%5cb',
    '../admin',
    '%2e%2e/admin',
    'a//b',
    'a%0d%0ax-a:1',
    'a%00b',
    'a%25%32f',
    '%ff',
    'x'.repeat(301),
  ])('takes no model %s from a path', (name) => {
    expect(meaning(`/v1beta/models/${name}:generateContent`)).toBe('bad gemini');
  });

  it.each([
    ['/v1', 'unknown openai'],
    ['/v1/', 'unknown openai'],
    ['/v1/nope', 'unknown openai'],
    ['/v1/chat/completions/', 'unknown openai'],
    ['/v1/messages/batches', 'unknown anthropic'],
    ['/v1beta', 'unknown gemini'],
    ['/v1beta/corpora', 'unknown gemini'],
    ['/v1/models/%2e%2e', 'bad openai'],
    ['/v2', null],
    ['/v1x/chat', null],
    ['/healthz', null],
    ['http://h/v1/chat/completions', null],
  ])('answers %s as %s', (url, expected) => {
    expect(meaning(url)).toBe(expected);
  });
});
