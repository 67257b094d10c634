import { describe, expect, it } from 'vitest';
import { readMessagesRequest } from '../anthropic/read-request.js';
import type { PairAnswer, PairRequest } from '../dialect/pair.js';
import { pairOf } from '../dialect/pairs.js';
import { scanJsonObject } from '../openai/json-members.js';
import { STRIPPED_MEMBERS } from '../openai/rewrite-request.js';
import { ANTHROPIC_TO_ANTHROPIC as pair } from './anthropic-to-anthropic.js';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (of: Uint8Array): string => Buffer.from(of).toString();

const PLAIN =
  '{"model":"m","max_tokens": 64,"messages":[{"role":"user","content":"Hi"}],"x_unknown":1.50}';

function requestOf(json: string, over: Partial<PairRequest> = {}): PairRequest {
  const parsed: unknown = JSON.parse(json);
  const scan = scanJsonObject(bytes(json));
  const read = readMessagesRequest(parsed);
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
    ...over,
  };
}

const sent = (input: PairRequest): string => {
  const request = pair.request(input);
  return request.ok ? text(request.body) : '';
};

const INPUT: PairAnswer = {
  reading: requestOf(PLAIN).reading,
  bounds: {},
  answerId: 'gen_1',
  nowS: 1,
  parsed: null,
};
const ANSWER = {
  id: 'msg_1',
  type: 'message',
  model: 'claude-x',
  content: [
    { type: 'thinking', thinking: 'Hm. ', signature: 's' },
    { type: 'text', text: 'Hi ' },
    { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
    7,
  ],
  stop_reason: 'tool_use',
  usage: { input_tokens: 3, output_tokens: 2 },
};

describe('Anthropic to Anthropic', () => {
  it('is found by its dialects', () => {
    expect(pairOf('anthropic', 'anthropic')).toBe(pair);
  });

  it('sends the very bytes when nothing must change', () => {
    const input = requestOf(PLAIN);
    const request = pair.request(input);
    expect(request.ok && request.body).toBe(input.body);
    expect(request.ok && request.dropped).toEqual([]);
    const same = pair.request({ ...input, maxTokens: 64 });
    expect(same.ok && same.body).toBe(input.body);
  });

  it('sends the model’s upstream name and our bound, every other byte as it was', () => {
    expect(sent(requestOf(PLAIN, { upstreamModel: 'u', maxTokens: 9 }))).toBe(
      PLAIN.replace('"m"', '"u"').replace('64', '9'),
    );
  });

  it('sends no member that could redirect the request, nor one that is Weir’s own', () => {
    const body = {
      ...JSON.parse(PLAIN),
      ...Object.fromEntries(STRIPPED_MEMBERS.map((it) => [it, {}])),
    };
    expect(JSON.parse(sent(requestOf(JSON.stringify(body))))).toEqual(JSON.parse(PLAIN));
  });

  it('reads an answer and hands back its very bytes', () => {
    const body = bytes(JSON.stringify(ANSWER));
    const answer = pair.answer(body, INPUT);
    expect(answer.body).toBe(body);
    expect(answer.reading).toEqual({
      usage: { input: 3, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 2, reasoning: 0 },
      isUsageInvalid: false,
      finishReason: 'tool_use',
      reportedModel: 'claude-x',
      error: null,
    });
    expect(answer.producedText()).toBe('Hm. Hi f{"a":1}');
  });

  it('does not believe figures beyond its bounds', () => {
    const body = bytes(
      JSON.stringify({ ...ANSWER, usage: { input_tokens: 3, output_tokens: 11 } }),
    );
    const answer = pair.answer(body, { ...INPUT, bounds: { outputTokensMax: 1 } });
    expect(answer.reading).toMatchObject({ usage: null, isUsageInvalid: true });
  });

  it('reads an error inside an answer, and bytes that are no JSON', () => {
    const error = { type: 'error', error: { type: 'api_error', message: 'Oops' } };
    expect(pair.answer(bytes(JSON.stringify(error)), INPUT)).toMatchObject({
      reading: { error: { type: 'api_error', message: 'Oops', code: null }, reportedModel: null },
    });
    expect(pair.answer(bytes('{}'), INPUT).producedText()).toBe('');
    expect(pair.answer(bytes('words'), INPUT).producedText()).toBe('words');
    expect(pair.answer(bytes('words'), INPUT).reading).toMatchObject({ usage: null, error: null });
  });

  it('watches a stream and lets it pass', () => {
    const stream = pair.stream({ ...INPUT, includeUsage: true });
    const chunk = bytes('event: ping\ndata: {"type":"ping"}\n\n');
    expect(stream.push(chunk)).toBe(chunk);
  });
});
