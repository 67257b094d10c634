import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '../conversation/answer-event.js';
import type { PairStream } from '../dialect/pair.js';
import { OPENAI_COMPLETIONS_TO_OPENAI } from '../pairs/openai-completions-to-openai.js';
import { scanJsonObject } from '../openai/json-members.js';
import { SSE_EVENT_BYTES_MAX } from '../sse/sse-relay.js';
import { OPENAI_COMPLETIONS_CLIENT as client } from './completions-client.js';
import { countCompletionsInput, readCompletionsRequest } from './read-request.js';

const reading = (more: object = {}) => {
  const given = readCompletionsRequest({ model: 'm', prompt: 'Hi', ...more });
  if (!given.ok) throw new Error(given.problem.message);
  return given.request;
};
const usage = {
  input: 3,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 2,
  reasoning: 0,
};
const head = { answerId: 'gen_1', nowS: 7, requestedModel: 'm', includeUsage: true, request: {} };

describe('what a completion costs at most', () => {
  it.each<[string, object, number]>([
    ['one prompt', { prompt: 'abc' }, 1],
    ['several answers', { n: 3 }, 3],
    ['answers that are thrown away', { n: 2, best_of: 5 }, 5],
    ['several prompts, each with answers', { prompt: ['a', 'b'], n: 2 }, 4],
    ['token numbers', { prompt: [1, 2, 3] }, 1],
    ['several lists of them', { prompt: [[1], [2, 3]] }, 2],
    ['no prompt', { prompt: null }, 1],
  ])('counts the answers of %s', (_what, more, choices) => {
    expect(reading(more).choices).toBe(choices);
  });

  it('is bounded by the bytes of texts and the number of tokens', () => {
    const base = reading({ prompt: '' }).inputTokensBound;
    expect(reading({ prompt: 'é'.repeat(10) }).inputTokensBound).toBe(base + 20);
    expect(reading({ prompt: [1, 2, 3] }).inputTokensBound).toBe(base + 3);
    expect(reading({ prompt: '', suffix: 'end' }).inputTokensBound).toBe(base + 3);
    expect(reading({ prompt: [[1, 2], 'ab'] }).inputTokensBound).toBe(base + 8);
    const asked = { max_tokens: 9, stream: true, stream_options: { include_usage: true } };
    expect(reading(asked)).toMatchObject({
      maxTokens: 9,
      maxTokensField: 'max_tokens',
      stream: true,
      includeUsageAsked: true,
    });
  });

  it.each([
    ['no object', null, null],
    ['no model', { prompt: 'x' }, 'model'],
    ['an odd prompt', { model: 'm', prompt: 1 }, 'prompt'],
    ['an empty list', { model: 'm', prompt: [] }, 'prompt'],
    ['a mixed list', { model: 'm', prompt: ['a', 1] }, 'prompt'],
    ['an odd stream', { model: 'm', prompt: 'x', stream: 1 }, 'stream'],
    ['no answers', { model: 'm', prompt: 'x', n: 0 }, 'n'],
    ['an odd bound', { model: 'm', prompt: 'x', max_tokens: 1.5 }, 'max_tokens'],
    ['too many answers', { model: 'm', prompt: ['x', 'y'], n: 65 }, 'n'],
    ['too many thrown away', { model: 'm', prompt: 'x', best_of: 129 }, 'best_of'],
  ])('is refused with %s', (_what, body, param) => {
    const given = readCompletionsRequest(body);
    expect(!given.ok && given.problem.param).toBe(param);
  });

  it('is counted by a tokenizer', () => {
    const words = (text: string): number => text.split(' ').length;
    expect(countCompletionsInput({ prompt: ['a b', 'c'], suffix: 'd' }, words)).toBe(4);
    expect(countCompletionsInput({ prompt: [1, [2, 3]] }, words)).toBe(3);
    expect(countCompletionsInput(null, words)).toBe(0);
  });
});

describe('a completion at an OpenAI-compatible provider', () => {
  const pair = OPENAI_COMPLETIONS_TO_OPENAI;
  const input = (over: Partial<PairStream> = {}): PairStream => ({
    reading: reading({ n: 2 }),
    parsed: {},
    bounds: {},
    answerId: 'gen_1',
    nowS: 7,
    includeUsage: true,
    ...over,
  });
  const CHUNK =
    'data: {"id":"cmpl-1","created":5,"model":"u","choices":[{"index":0,"text":"Hi"}]}\n\n';

  it('passes byte for byte but for what must be set', () => {
    const json = '{"model":"m","prompt":"Hi","logprobs":1.0,"api_base":"x"}';
    const body = new Uint8Array(Buffer.from(json));
    const scan = scanJsonObject(body);
    if (!scan.ok) throw new Error('not an object');
    const parsed: unknown = JSON.parse(json);
    const sent = pair.request({
      body,
      object: scan.object,
      parsed,
      reading: reading(),
      upstreamModel: 'u',
      maxTokens: 9,
      maxTokensField: 'max_completion_tokens',
      outputTokensMax: null,
    });
    expect(sent.ok && Buffer.from(sent.body).toString()).toBe(
      '{"model":"u","prompt":"Hi","logprobs":1.0,"max_tokens":9}',
    );
  });

  it('is read while it streams, and ends as a completion does', () => {
    const stream = pair.stream(input());
    const chunk = Buffer.from(CHUNK);
    expect(stream.push(chunk)).toBe(chunk);
    expect(stream.producedText()).toBe('Hi');
    const frames = Buffer.from(stream.stop(usage)).toString().split('\n\n');
    expect(JSON.parse((frames[1] ?? '').slice(6))).toEqual({
      id: 'cmpl-1',
      object: 'text_completion',
      created: 5,
      model: 'u',
      choices: [{ text: '', index: 1, logprobs: null, finish_reason: 'length' }],
    });
    expect(frames[2]).toBe(': x-weir-stop: budget');
    expect(frames[3]).toContain('"prompt_tokens":3');
    expect(frames[4]).toBe('data: [DONE]');
  });

  it('ends before anything came, and keeps its usage to itself where none was asked', () => {
    const stream = pair.stream(input({ includeUsage: false }));
    const text = Buffer.from(stream.stop(null)).toString();
    expect(text).toContain('"id":"gen_1"');
    expect(text).not.toContain('usage');
  });

  it('fails with an error, apart from an event that passes', () => {
    const stream = pair.stream(input());
    stream.push(Buffer.from(`data: ${'x'.repeat(SSE_EVENT_BYTES_MAX + 1)}`));
    const facts = {
      code: 'upstream_timeout',
      httpStatus: 504,
      errorType: 'timeout',
      message: 'Too slow.',
      requestId: 'r',
    };
    const text = Buffer.from(stream.fail(facts)).toString();
    expect(text.startsWith('\n\ndata: ')).toBe(true);
    expect(JSON.parse(text.slice(8))).toMatchObject({
      error: { code: 'upstream_timeout' },
      choices: [{ finish_reason: 'error' }],
    });
  });
});

describe('a completion that is translated', () => {
  const result = (more: object) => client.readRequest({ model: 'm', prompt: 'Hi', ...more });

  it('is one thing a user says', () => {
    const given = result({
      prompt: ['Hi'],
      n: 2,
      stop: 'x',
      user: 'u',
      logit_bias: {},
      stream: true,
    });
    expect(given).toMatchObject({
      ok: true,
      conversation: {
        turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
        choices: 2,
        sampling: { stop: ['x'] },
        endUser: 'u',
        stream: true,
        extras: { logit_bias: {} },
      },
    });
    const plain = result({ echo: false, best_of: 1, suffix: '', logprobs: null });
    expect(plain.ok && plain.conversation).toMatchObject({ choices: 1, stream: false, extras: {} });
  });

  it.each([
    ['echo', { echo: true }],
    ['suffix', { suffix: 'end' }],
    ['logprobs', { logprobs: 1 }],
    ['best_of', { best_of: 2 }],
    ['prompt', { prompt: ['a', 'b'] }],
    ['prompt', { prompt: [1, 2] }],
    ['prompt', { prompt: '' }],
  ])('is refused for its `%s`', (param, more) => {
    const given = result(more);
    expect(!given.ok && given.problem.param).toBe(param);
  });

  const choice = 0;
  const events: readonly AnswerEvent[] = [
    { type: 'start', id: 'a', model: 'u' },
    { type: 'thinking', choice, text: 'hm' },
    { type: 'text', choice, text: 'It is' },
    { type: 'refusal', choice, text: ' no.' },
    { type: 'finish', choice, reason: 'length', stopSequence: null },
    { type: 'usage', usage },
  ];

  it('answers with its words only', () => {
    expect(client.writeAnswer(events, head)).toMatchObject({
      id: 'gen_1',
      object: 'text_completion',
      created: 7,
      model: 'u',
      choices: [{ text: 'It is no.', index: 0, logprobs: null, finish_reason: 'length' }],
      usage: { prompt_tokens: 3, completion_tokens: 2 },
    });
    expect(client.writeAnswer([], head)).not.toHaveProperty('usage');
  });

  it('streams its words, then its usage and the end', () => {
    const writer = client.streamWriter(head);
    const written = Buffer.concat([...events.map((it) => writer.write(it)), writer.end()]);
    const stream = OPENAI_COMPLETIONS_TO_OPENAI.stream({
      reading: reading(),
      parsed: {},
      bounds: {},
      answerId: 'a',
      nowS: 1,
      includeUsage: true,
    });
    stream.push(written);
    expect(stream).toMatchObject({
      usage,
      finishReason: 'length',
      isDone: true,
      reportedModel: 'u',
    });
    expect(stream.producedText()).toBe('It is no.');
  });
});
