import { describe, expect, it } from 'vitest';
import type { PairRequest, PairStream } from '../dialect/pair.js';
import { pairOf } from '../dialect/pairs.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { scanJsonObject } from '../openai/json-members.js';
import { readChatRequest } from '../openai/read-request.js';
import { SSE_EVENT_BYTES_MAX } from '../sse/sse-relay.js';
import { OPENAI_CHAT_TO_OPENAI as pair } from './openai-chat-to-openai.js';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (of: Uint8Array): string => Buffer.from(of).toString();

function requestOf(json: string): PairRequest {
  const parsed: unknown = JSON.parse(json);
  const scan = scanJsonObject(bytes(json));
  const read = readChatRequest(parsed);
  if (!scan.ok || !read.ok) throw new Error('not a request');
  return {
    body: bytes(json),
    object: scan.object,
    parsed,
    reading: read.request,
    upstreamModel: 'm',
    maxTokens: null,
    maxTokensField: 'max_tokens',
    outputTokensMax: null,
  };
}

const PLAIN = '{"model":"m","messages":[{"role":"user","content":"Hi"}],"x_unknown":1.50}';

function streamInput(over: Partial<PairStream> = {}, more = {}): PairStream {
  const reading = { ...requestOf(PLAIN).reading, ...more };
  return {
    reading,
    parsed: {},
    bounds: {},
    answerId: 'gen_1',
    nowS: 1,
    includeUsage: true,
    ...over,
  };
}

const FAULT: ErrorFacts = {
  code: 'upstream_timeout',
  httpStatus: 504,
  errorType: 'timeout',
  message: 'Too slow.',
  requestId: 'req_1',
};
const delta = (content: string): string =>
  `data: {"id":"c","created":7,"model":"m","choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;
const USAGE =
  'data: {"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}\n\n';

describe('OpenAI chat to an OpenAI-compatible provider', () => {
  it('is found by its dialects', () => {
    expect(pairOf('openai-chat', 'openai')).toBe(pair);
  });

  it('sends the very bytes when nothing must change', () => {
    const input = requestOf(PLAIN);
    const sent = pair.request(input);
    expect(sent.ok && sent.body).toBe(input.body);
    expect(sent.ok && sent.dropped).toEqual([]);
  });

  it('sends the model’s upstream name and our bound, every other byte as it was', () => {
    const sent = pair.request({ ...requestOf(PLAIN), upstreamModel: 'u', maxTokens: 9 });
    expect(sent.ok && text(sent.body)).toBe(
      PLAIN.replace('"m"', '"u"').replace('1.50}', '1.50,"max_tokens":9}'),
    );
  });

  it.each([
    [
      'plain',
      '{"model":"m","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}',
    ],
    [
      'spaced',
      '{"model": "m", "choices": [{"finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}',
    ],
  ])('reads an answer that is %s and hands back its very bytes', (_how, json) => {
    const body = bytes(json);
    const answer = pair.answer(body, streamInput());
    expect(answer.body).toBe(body);
    expect(answer.reading).toEqual({
      usage: { input: 3, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 1, reasoning: 0 },
      isUsageInvalid: false,
      finishReason: 'stop',
      reportedModel: 'm',
      error: null,
    });
  });

  it('reads the same from the caller’s Latin-1 text, names of other scripts included', () => {
    for (const model of ['m', 'модель', '"none']) {
      const json = JSON.stringify({
        model,
        choices: [],
        usage: { prompt_tokens: 3, completion_tokens: 1 },
      });
      const body = bytes(json);
      const latin1 = Buffer.from(json).toString('latin1');
      const answer = pair.answer(body, { ...streamInput(), latin1 });
      expect(answer.reading).toEqual(pair.answer(body, streamInput()).reading);
    }
  });

  it('tells the produced text of an answer without usage, and of bytes that are no JSON', () => {
    const body = bytes('{"choices":[{"message":{"content":"Grüße"}}]}');
    expect(pair.answer(body, streamInput()).producedText()).toBe('Grüße');
    expect(pair.answer(bytes('words'), streamInput()).producedText()).toBe('words');
    expect(pair.answer(bytes('words'), streamInput()).reading.usage).toBeNull();
  });

  it('forwards a chunk of whole events as the very same object', () => {
    const stream = pair.stream(streamInput());
    const chunk = bytes(delta('Hi'));
    expect(stream.push(chunk)).toBe(chunk);
  });

  it('removes the usage chunk unless it shall go out', () => {
    const silent = pair.stream(streamInput({ includeUsage: false }));
    expect(text(silent.push(bytes(delta('Hi') + USAGE)))).toBe(delta('Hi'));
    expect(silent.usage?.input).toBe(3);
    expect(text(pair.stream(streamInput()).push(bytes(USAGE)))).toBe(USAGE);
  });

  it('does not believe figures beyond its bounds', () => {
    const stream = pair.stream(streamInput({ bounds: { inputTokensMax: 1, outputTokensMax: 1 } }));
    stream.push(bytes(USAGE.replace('"prompt_tokens":3', '"prompt_tokens":3000')));
    expect(stream.usage).toBeNull();
  });

  const usage = {
    input: 3,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 1,
    reasoning: 0,
  };

  it('stops every choice with the reason `length`, its usage and the end', () => {
    const stream = pair.stream(streamInput({}, { choices: 2 }));
    stream.push(bytes(delta('Hi')));
    const frames = text(stream.stop(usage)).split('\n\n');
    expect(frames).toHaveLength(5);
    expect(frames[0]).toMatch(/"id":"c".*"index":0.*"length".*"index":1.*"length"/);
    expect(frames[1]).toBe(': x-weir-stop: budget');
    expect(frames[2]).toContain('"prompt_tokens":3');
    expect(frames.slice(3)).toEqual(['data: [DONE]', '']);
  });

  it('keeps its usage to itself where none was asked or none is known', () => {
    expect(text(pair.stream(streamInput({ includeUsage: false })).stop(usage))).not.toContain(
      'usage',
    );
    expect(text(pair.stream(streamInput()).stop(null))).not.toContain('usage');
  });

  it('fails with an error and the finish reason `error` in one chunk', () => {
    const stream = pair.stream(streamInput());
    stream.push(bytes(delta('Hi')));
    const failed = text(stream.fail(FAULT));
    expect(failed).toMatch(/^data: \{"id":"c".*"code":"upstream_timeout".*"finish_reason":"error"/);
    expect(failed.endsWith('\n\n')).toBe(true);
  });

  it('closes an oversized event before it puts an end of its own', () => {
    const stream = pair.stream(streamInput());
    stream.push(bytes(`data: ${'x'.repeat(SSE_EVENT_BYTES_MAX + 1)}`));
    expect(stream.isInsideEvent).toBe(true);
    expect(text(stream.fail(FAULT)).startsWith('\n\ndata: ')).toBe(true);
  });
});
