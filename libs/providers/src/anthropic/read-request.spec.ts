import { describe, expect, it } from 'vitest';
import { NO_NEEDS } from '../dialect/needs.js';
import { addedMessagesTokens, countMessagesInput } from './message-input.js';
import { readCountTokensRequest, readMessagesRequest } from './read-request.js';

const BODY = { model: 'claude', max_tokens: 64, messages: [{ role: 'user', content: 'Grüße' }] };

const reading = (more: object = {}) => {
  const result = readMessagesRequest({ ...BODY, ...more });
  if (!result.ok) throw new Error(result.problem.message);
  return result.request;
};
const bound = (more: object = {}): number => reading(more).inputTokensBound;
const imageOf = (data: string) => ({
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data },
});
const problem = (body: unknown) => {
  const result = readMessagesRequest(body);
  return result.ok ? null : result.problem.param;
};

describe('a Messages request', () => {
  it('is read with its model, bound and input', () => {
    expect(reading()).toEqual({
      model: 'claude',
      stream: false,
      includeUsageAsked: true,
      maxTokens: 64,
      maxTokensField: 'max_tokens',
      choices: 1,
      // role, user, content and their punctuation, the text's seven bytes, the frame.
      inputTokensBound: 4 + 2 + 4 + 7 + 7 + 16,
      predictionTokensBound: 0,
      images: 0,
      audios: 0,
      files: 0,
      costAsked: false,
      needs: NO_NEEDS,
    });
    expect(reading({ stream: true, usage: { include: true } })).toMatchObject({
      stream: true,
      costAsked: true,
    });
    expect(reading({ max_tokens: 0 }).maxTokens).toBe(0);
  });

  it('counts UTF-8 bytes with the function it is given', () => {
    const result = readMessagesRequest(BODY, () => 100);
    expect(result.ok && result.request.inputTokensBound).toBe(400 + 2 + 16);
  });

  it('counts text that stands in or beside media', () => {
    const text = 'x'.repeat(10_000);
    const of = (part: object): object => ({ messages: [{ role: 'user', content: [part] }] });
    const pdf = { type: 'base64', media_type: 'application/pdf', data: text };
    const dressed = [
      { messages: [{ role: 'user', content: text, ...imageOf('AA') }] },
      of({ type: 'document', source: pdf, context: text }),
      of({ type: 'document', source: { type: 'url', url: 'https://x.test/a' }, title: text }),
      of({ type: 'document', source: { ...pdf, media_type: 'text/html' } }),
      of({ type: 'image', source: { ...pdf, media_type: 'text/plain' } }),
    ];
    for (const more of dressed) expect(bound(more)).toBeGreaterThan(10_000);
    expect(bound(of({ type: 'document', source: pdf }))).toBeLessThan(200);
  });

  it('is refused with the member that is wrong', () => {
    expect(problem([])).toBe(null);
    expect(readMessagesRequest('x').ok).toBe(false);
    expect(problem({ ...BODY, model: '' })).toBe('model');
    expect(problem({ ...BODY, model: 7 })).toBe('model');
    expect(problem({ ...BODY, model: 'm'.repeat(301) })).toBe('model');
    expect(problem({ ...BODY, messages: [] })).toBe('messages');
    expect(problem({ ...BODY, messages: 'Hi' })).toBe('messages');
    expect(problem({ ...BODY, stream: 'yes' })).toBe('stream');
    expect(problem({ ...BODY, speed: 'fast' })).toBe('speed');
    for (const maxTokens of [-1, 1.5, '64', 2 ** 60]) {
      expect(problem({ ...BODY, max_tokens: maxTokens })).toBe('max_tokens');
    }
  });

  it('is refused without max_tokens, in a sentence that says so', () => {
    for (const maxTokens of [undefined, null]) {
      const result = readMessagesRequest({ ...BODY, max_tokens: maxTokens });
      expect(result).toEqual({
        ok: false,
        problem: {
          message: '`max_tokens` is required: the most tokens the answer may have.',
          param: 'max_tokens',
        },
      });
    }
  });

  it('measures system, tool results, documents, thinking and schemas as text', () => {
    const long = 'x'.repeat(5_000);
    const user = (content: unknown) => ({ messages: [{ role: 'user', content }] });
    for (const more of [
      { system: long },
      { system: [{ type: 'text', text: long }] },
      user([{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: long }] }]),
      user([{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: long } }]),
      user([{ type: 'document', source: { type: 'content', content: long } }]),
      user([{ type: 'search_result', source: long, title: 't', content: [] }]),
      user([{ type: 'tool_use', id: 't', name: 'f', input: { a: long } }]),
      // What looks like an image but stands where Anthropic takes none is text.
      user([{ type: 'tool_use', id: 't', name: 'f', input: imageOf(long) }]),
      user([{ type: 'image', source: { type: 'odd', data: long } }]),
      user([{ type: 'odd', source: { type: 'base64', data: long } }]),
      { system: [imageOf(long)] },
      user([long]),
      { output_config: { format: { type: 'json_schema', schema: { title: long } } } },
      { output_format: { type: 'json_schema', schema: { title: long } } },
      { tools: [{ name: 'f', description: long, input_schema: { type: 'object' } }] },
    ]) {
      expect(bound(more)).toBeGreaterThan(5_000);
      expect(reading(more)).toMatchObject({ images: 0, files: 0 });
    }
  });

  it('counts images and files and does not measure their bytes', () => {
    const data = 'x'.repeat(5_000);
    const image = imageOf(data);
    const pdf = {
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data },
    };
    const content = [
      image,
      pdf,
      { type: 'document', source: { type: 'url', url: 'https://example.org/a.pdf' } },
      { type: 'container_upload', file_id: 'file_1' },
      { type: 'tool_result', tool_use_id: 't', content: [image] },
    ];
    const read = reading({ messages: [{ role: 'user', content }] });
    expect(read).toMatchObject({ images: 2, files: 3, needs: { images: true, files: true } });
    expect(read.inputTokensBound).toBeLessThan(500);
  });

  it('holds for the instructions and results that tools add', () => {
    const tool = (type?: string) => ({
      tools: [{ name: 'f', ...(type === undefined ? {} : { type }) }],
    });
    expect(bound({ tools: [] })).toBeLessThan(100);
    expect(bound(tool())).toBeGreaterThan(1_000);
    expect(bound(tool('custom'))).toBeLessThan(1_100);
    expect(bound(tool('bash_20250124'))).toBeGreaterThan(3_000);
    expect(bound(tool('bash_20250124'))).toBeLessThan(3_200);
    expect(bound(tool('web_search_20250305'))).toBeGreaterThan(50_000);
    expect(bound({ tools: [{ name: 'f', type: 7 }] })).toBeGreaterThan(50_000);
    expect(bound({ mcp_servers: [{ url: 'u' }, { url: 'v' }] })).toBeGreaterThan(100_000);
  });

  it('needs what it asks for', () => {
    expect(reading({ tools: [{ name: 'f' }] }).needs).toEqual({ ...NO_NEEDS, tools: true });
    expect(reading({ thinking: { type: 'enabled', budget_tokens: 1024 } }).needs.reasoning).toBe(
      true,
    );
    expect(reading({ thinking: { type: 'adaptive' } }).needs.reasoning).toBe(true);
    expect(reading({ thinking: { type: 'disabled' } }).needs.reasoning).toBe(false);
    expect(reading({ output_config: { format: { type: 'json_schema' } } }).needs.json).toBe(true);
    expect(reading({ output_config: { effort: 'low' } }).needs.json).toBe(false);
  });
});

describe('a count_tokens request', () => {
  it('is read without an output bound and never streams', () => {
    const { model, messages } = BODY;
    const result = readCountTokensRequest({ model, messages, stream: true });
    expect(result).toMatchObject({ ok: true, request: { maxTokens: null, stream: false } });
    expect(readCountTokensRequest({ messages, model: '' })).toMatchObject({
      ok: false,
      problem: { param: 'model' },
    });
  });
});

describe('the input of a Messages request, counted with a tokenizer', () => {
  it('counts texts and keys by it', () => {
    const words = (text: string): number => text.split(' ').length;
    const body = { ...BODY, messages: [{ role: 'user', content: 'one two three' }] };
    expect(countMessagesInput(body, words)).toBe(3 + 1 + 2 + 2 + 16);
    expect(countMessagesInput(null, words)).toBe(16);
  });

  it('leaves out what the provider may add, which is bounded by itself', () => {
    const words = (text: string): number => text.split(' ').length;
    const tools = [{ name: 'x', input_schema: { type: 'object' } }];
    expect(countMessagesInput({ ...BODY, tools }, words)).toBeLessThan(60);
    expect(addedMessagesTokens({ ...BODY, tools })).toBe(1_000);
    expect(addedMessagesTokens(null)).toBe(0);
  });
});
