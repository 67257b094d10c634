import { describe, expect, it } from 'vitest';
import { utf8Bytes, estimateTokens } from '../text/text-size.js';
import { countChatInput } from './input-measure.js';
import { CHOICES_MAX, readChatRequest, readEmbeddingsRequest } from './read-request.js';
import type { RequestReading } from './read-request.js';
import { chatEdits, embeddingsEdits } from './upstream-edits.js';
import { STRIPPED_MEMBERS } from './rewrite-request.js';

const messages = [{ role: 'user', content: 'Hi' }];
const read = (more: object = {}): RequestReading => {
  const result = readChatRequest({ model: 'm', messages, ...more });
  if (!result.ok) throw new Error(result.problem.message);
  return result.request;
};
const paramOf = (body: unknown): string | null => {
  const result = readChatRequest(body);
  return result.ok ? 'accepted' : result.problem.param;
};

describe('a chat request', () => {
  it('bounds the output by exactly max_tokens when nothing else is predicted', () => {
    const result = readChatRequest({
      model: 'm',
      max_tokens: 1000,
      messages: [{ role: 'user', content: 'x' }],
    });
    expect(result).toMatchObject({
      ok: true,
      request: { maxTokens: 1000, predictionTokensBound: 0 },
    });
  });

  it('tells what must be known before money is held', () => {
    const request = read({
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 9,
      n: 2,
      usage: { include: true },
      prediction: { type: 'content', content: 'abc' },
    });
    expect(request).toMatchObject({
      model: 'm',
      stream: true,
      includeUsageAsked: true,
      maxTokens: 9,
      maxTokensField: 'max_completion_tokens',
      choices: 2,
      costAsked: true,
      predictionTokensBound: 3,
    });
  });

  it('has neither stream nor bound unless it says so', () => {
    expect(read()).toMatchObject({
      stream: false,
      maxTokens: null,
      maxTokensField: null,
      choices: 1,
    });
    expect(read({ max_tokens: 5 })).toMatchObject({ maxTokens: 5, maxTokensField: 'max_tokens' });
  });

  it('is bounded by every text that reaches the model', () => {
    const base = read().inputTokensBound;
    expect(
      read({ messages: [{ role: 'user', content: `Hi${'é'.repeat(100)}` }] }).inputTokensBound,
    ).toBe(base + 200);
    const tools = [
      { type: 'function', function: { name: 'f', parameters: { type: 'file', max: 3, x: null } } },
    ];
    expect(read({ tools }).inputTokensBound).toBeGreaterThan(base + 1_040);
    expect(read({ user: 'x'.repeat(500) }).inputTokensBound).toBe(base);
    // What another dialect's provider may add for it.
    const response_format = { type: 'json_object' };
    expect(read({ response_format }).inputTokensBound).toBeGreaterThan(base + 500);
  });

  it('counts images, recordings and files instead of their bytes', () => {
    const url = `data:image/png;base64,${'A'.repeat(10_000)}`;
    const content = [
      { type: 'text', text: 'see' },
      { type: 'image_url', image_url: { url } },
      { type: 'input_audio', input_audio: { data: url } },
      { type: 'file', file: { file_data: url } },
    ];
    const request = read({ messages: [{ role: 'user', content }] });
    expect(request).toMatchObject({
      images: 1,
      audios: 1,
      files: 1,
      needs: { images: true, audio: true, files: true },
    });
    expect(request.inputTokensBound).toBeLessThan(200);
  });

  it('counts text that is dressed as media', () => {
    const text = 'x'.repeat(10_000);
    const boundOf = (more: object): number => read(more).inputTokensBound;
    const image_url = `data:image/png;base64,${text}`;
    const of = (part: object): object => ({ messages: [{ role: 'user', content: [part] }] });
    const dressed = [
      { messages: [{ role: 'user', content: text, type: 'file', file: {} }] },
      { tools: [{ type: 'file', file: { description: text } }] },
      { tools: [{ type: 'image_url', image_url }] },
      { response_format: { type: 'input_audio', input_audio: { data: text } } },
      of({ type: 'file', file: { file_data: `data:text/plain;base64,${text}` } }),
      of({ type: 'image_url', image_url: { url: `data:text/plain;base64,${text}` } }),
      of({ type: 'image_url', image_url: `data:text/plain;base64,${text}` }),
      of({ type: 'input_audio', input_audio: { data: 'AA', format: text } }),
      of({ type: 'file', file: [text] }),
    ];
    for (const more of dressed) expect(boundOf(more)).toBeGreaterThan(10_000);
    expect(boundOf(of({ type: 'image_url', image_url }))).toBeLessThan(200);
    const prediction = { content: [{ type: 'file', file: { text } }] };
    expect(read({ prediction }).predictionTokensBound).toBeGreaterThan(10_000);
  });

  it('needs what it makes use of', () => {
    const none = {
      tools: false,
      images: false,
      audio: false,
      files: false,
      json: false,
      reasoning: false,
    };
    expect(read().needs).toEqual(none);
    expect(
      read({ tools: [], modalities: ['text'], response_format: { type: 'text' } }).needs,
    ).toEqual(none);
    expect(read({ tools: [{}] }).needs.tools).toBe(true);
    expect(read({ functions: [{}] }).needs.tools).toBe(true);
    expect(read({ modalities: ['text', 'audio'] }).needs.audio).toBe(true);
    expect(read({ response_format: { type: 'json_object' } }).needs.json).toBe(true);
    expect(read({ response_format: { type: 'json_schema' } }).needs.json).toBe(true);
    expect(read({ reasoning_effort: 'low' }).needs.reasoning).toBe(true);
    expect(read({ reasoning_effort: 'none' }).needs.reasoning).toBe(false);
    expect(read({ reasoning: { max_tokens: 100 } }).needs.reasoning).toBe(true);
    expect(read({ reasoning: { enabled: false } }).needs.reasoning).toBe(false);
    expect(read({ reasoning: { effort: 'none' } }).needs.reasoning).toBe(false);
  });

  it('is refused with the member that is wrong', () => {
    expect(paramOf([])).toBe(null);
    expect(paramOf({ messages })).toBe('model');
    expect(paramOf({ model: '', messages })).toBe('model');
    expect(paramOf({ model: 'm', messages: [] })).toBe('messages');
    expect(paramOf({ model: 'm', messages, stream: 'yes' })).toBe('stream');
    expect(paramOf({ model: 'm', messages, max_tokens: 0 })).toBe('max_tokens');
    expect(paramOf({ model: 'm', messages, max_completion_tokens: 1.5 })).toBe(
      'max_completion_tokens',
    );
    expect(paramOf({ model: 'm', messages, max_completion_tokens: 1, max_tokens: 100 })).toBe(
      'max_tokens',
    );
    expect(paramOf({ model: 'm', messages, n: CHOICES_MAX + 1 })).toBe('n');
  });
});

describe('an embeddings request', () => {
  const bound = (input: unknown): number | null => {
    const result = readEmbeddingsRequest({ model: 'e', input });
    return result.ok ? result.request.inputTokensBound : null;
  };

  it('is bounded by its texts or tokens', () => {
    expect(bound('abc')).toBe(7);
    expect(bound(['abc', 'de'])).toBe(4 + 7 + 6);
    expect(bound([1, 2, 3])).toBe(7);
    expect(bound([[1, 2], [3]])).toBe(4 + 6 + 5);
  });

  it('is refused without text', () => {
    for (const input of [undefined, [], [null], {}]) expect(bound(input)).toBe(null);
    expect(readEmbeddingsRequest(null).ok).toBe(false);
    expect(readEmbeddingsRequest({ input: 'x' }).ok).toBe(false);
  });
});

describe('the edits for upstream', () => {
  const choice = { upstreamModel: 'm', maxTokens: null, maxTokensField: 'max_tokens' } as const;

  it('change nothing but what must change', () => {
    expect(chatEdits({}, read(), choice)).toEqual({ set: {}, remove: STRIPPED_MEMBERS });
    expect(chatEdits({}, read({ max_tokens: 5 }), { ...choice, maxTokens: 5 }).set).toEqual({});
  });

  it('name the endpoint’s model and send our bound in the client’s member', () => {
    const body = { max_completion_tokens: 50 };
    const edits = chatEdits(body, read(body), { ...choice, upstreamModel: 'u', maxTokens: 40 });
    expect(edits.set).toEqual({ model: '"u"', max_completion_tokens: '40' });
    expect(chatEdits({}, read(), { ...choice, maxTokens: 40 }).set).toEqual({ max_tokens: '40' });
    const embedding = readEmbeddingsRequest({ model: 'm', input: 'x' });
    if (embedding.ok) {
      expect(embeddingsEdits(embedding.request, 'u').set).toEqual({ model: '"u"' });
      expect(embeddingsEdits(embedding.request, 'm').set).toEqual({});
    }
  });

  it('ask for usage and keep the other stream options', () => {
    const body = { stream: true, stream_options: { include_obfuscation: false } };
    expect(chatEdits(body, read(body), choice).set).toEqual({
      stream_options: '{"include_obfuscation":false,"include_usage":true}',
    });
    expect(chatEdits({ stream: true }, read({ stream: true }), choice).set).toEqual({
      stream_options: '{"include_usage":true}',
    });
    const asked = { stream: true, stream_options: { include_usage: true } };
    expect(chatEdits(asked, read(asked), choice).set).toEqual({});
  });
});

describe('the size of texts', () => {
  it('is that of UTF-8, lone surrogates included', () => {
    for (const text of ['', 'abc', 'é', '日本', '🌊', '\ud83c', 'x\udf0a', '\udf0a\ud83c']) {
      expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
    }
    expect(estimateTokens('abcd')).toBe(2);
  });

  it('is counted by a tokenizer as OpenAI’s models do', () => {
    const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;
    expect(countChatInput({ messages: [{ role: 'user', content: 'two words' }] }, words)).toBe(9);
    const rich = {
      messages: [
        { content: [{ text: 'a b' }, { image_url: {} }], name: 'c' },
        { content: null, tool_calls: [{}] },
      ],
      tools: [{}],
    };
    expect(countChatInput(rich, words)).toBe(3 + 6 + 2 + 5 + 1);
    expect(countChatInput(null, words)).toBe(0);
    expect(countChatInput({}, words)).toBe(3);
  });
});
