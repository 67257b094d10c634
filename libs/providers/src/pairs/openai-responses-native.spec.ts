import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { PairStream } from '../dialect/pair.js';
import { scanJsonObject } from '../openai/json-members.js';
import { countResponsesInput, readResponsesRequest } from '../responses/read-request.js';
import { SSE_EVENT_BYTES_MAX } from '../sse/sse-relay.js';
import { RESPONSES_NATIVE as pair } from './openai-responses-native.js';

const REQUEST = { model: 'm', input: 'Hi', max_output_tokens: 50 };
const read = readResponsesRequest(REQUEST);
if (!read.ok) throw new Error(read.problem.message);
const reading = read.request;
const input = (over: Partial<PairStream> = {}): PairStream => ({
  reading,
  parsed: REQUEST,
  bounds: {},
  answerId: 'gen_1',
  nowS: 7,
  includeUsage: true,
  ...over,
});
const usage = {
  input: 6,
  cacheRead: 4,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 5,
  reasoning: 2,
};
const wireUsage = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 15,
};
const CREATED = { id: 'resp_1', object: 'response', model: 'u', status: 'in_progress', output: [] };
const message = (text: string, status: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status,
  content: text === '' ? [] : [{ type: 'output_text', text, annotations: [] }],
});
const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const OPENING = [
  { type: 'response.created', response: CREATED },
  { type: 'response.in_progress', response: CREATED },
  { type: 'response.output_item.added', output_index: 0, item: message('', 'in_progress') },
  {
    type: 'response.content_part.added',
    ...place,
    part: { type: 'output_text', text: '', annotations: [] },
  },
  { type: 'response.output_text.delta', ...place, delta: 'It is ', logprobs: [] },
  { type: 'response.output_text.delta', ...place, delta: 'warm.', logprobs: [] },
];
const END = [
  { type: 'response.output_item.done', output_index: 0, item: message('It is warm.', 'completed') },
  {
    type: 'response.completed',
    response: {
      ...CREATED,
      status: 'completed',
      output: [message('It is warm.', 'completed')],
      usage: wireUsage,
    },
  },
];
const sse = (events: readonly { readonly type: string }[]): Buffer =>
  Buffer.from(
    events
      .map(
        (event, i) =>
          `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: i })}\n\n`,
      )
      .join(''),
  );
const lastOf = (bytes: Uint8Array): Record<string, unknown> => {
  const frame = Buffer.from(bytes).toString().split('\n\n').at(-2) ?? '';
  return JSON.parse(frame.slice(frame.indexOf('data: ') + 6)) as Record<string, unknown>;
};

describe('Responses to a provider that offers them', () => {
  it('passes byte for byte, but is told to store nothing', () => {
    const json = '{"model":"m","input":"Hi","temperature":1.0,"store":true,"route":{}}';
    const send = (over: object): string => {
      const body = new Uint8Array(Buffer.from(json));
      const scan = scanJsonObject(body);
      if (!scan.ok) throw new Error('not an object');
      const sent = pair.request({
        body,
        object: scan.object,
        parsed: JSON.parse(json),
        reading,
        upstreamModel: 'm',
        maxTokens: null,
        maxTokensField: 'max_tokens',
        outputTokensMax: null,
        ...over,
      });
      return sent.ok ? Buffer.from(sent.body).toString() : '';
    };
    expect(send({})).toBe('{"model":"m","input":"Hi","temperature":1.0,"store":false}');
    expect(send({ upstreamModel: 'u', maxTokens: 9 })).toBe(
      '{"model":"u","input":"Hi","temperature":1.0,"store":false,"max_output_tokens":9}',
    );
    expect(send({ maxTokens: 50 })).not.toContain('max_output_tokens');
  });

  it('reads a whole answer and hands back its very bytes', () => {
    const body = Buffer.from(JSON.stringify(END[1]?.response));
    const answer = pair.answer(body, input());
    expect(answer.body).toBe(body);
    expect(answer.reading).toEqual({
      usage,
      isUsageInvalid: false,
      finishReason: 'stop',
      reportedModel: 'u',
      error: null,
    });
    expect(answer.producedText()).toBe('It is warm.');
  });

  it.each<[string, object, object, string]>([
    [
      'calls a function',
      {
        status: 'completed',
        output: [
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
          { type: 'function_call', name: 'f', arguments: '{}' },
          'odd',
        ],
      },
      { finishReason: 'tool_calls', usage: null },
      'hmf{}',
    ],
    [
      'was cut',
      { status: 'incomplete', output: [{ content: [{ refusal: 'No' }, 1] }], model: '' },
      { finishReason: 'length', reportedModel: null },
      'No',
    ],
    [
      'was filtered',
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      { finishReason: 'content_filter' },
      '',
    ],
    [
      'failed',
      { status: 'failed', error: { code: 'server_error', message: 'no' }, usage: 'x' },
      { finishReason: null, isUsageInvalid: true, error: { code: 'server_error' } },
      '',
    ],
  ])('reads an answer that %s', (_what, body, reads, text) => {
    const answer = pair.answer(Buffer.from(JSON.stringify(body)), input());
    expect(answer.reading).toMatchObject(reads);
    expect(answer.producedText()).toBe(text);
  });

  it('takes bytes that are no JSON as what was produced', () => {
    const answer = pair.answer(Buffer.from('words'), input());
    expect(answer.reading).toMatchObject({ usage: null, finishReason: null });
    expect(answer.producedText()).toBe('words');
  });

  it('gives the same bytes and the same bill, cut at every byte', () => {
    const bytes = sse([...OPENING, ...END]);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const stream = pair.stream(input());
      const out = Buffer.concat([
        Buffer.from(stream.push(bytes.subarray(0, cut))),
        Buffer.from(stream.push(bytes.subarray(cut))),
        stream.finish(),
      ]);
      expect(out.equals(bytes)).toBe(true);
      expect(stream).toMatchObject({
        usage,
        isDone: true,
        finishReason: 'stop',
        reportedModel: 'u',
        error: null,
        producedBytes: 11,
      });
      expect(stream.producedText()).toBe('It is warm.');
    }
  });

  it('bounds what is produced, calls and thoughts included', () => {
    const stream = pair.stream(input());
    stream.push(
      sse([
        { type: 'response.reasoning_summary_text.delta', ...{ delta: 'hm' } },
        { type: 'response.output_item.added', ...{ item: { type: 'function_call', name: 'f' } } },
        { type: 'response.function_call_arguments.delta', ...{ delta: '{}' } },
        { type: 'response.output_text.delta', ...{ delta: 1 } },
        { type: 'response.completed' },
      ]),
    );
    expect(stream.producedText()).toBe('hmf{}');
    expect(stream.outputTokensBound).toBe(5 + 16 + 4);
    expect(stream.estimatedTokens).toBe(3);
    stream.push(Buffer.from('data: no JSON\n\ndata: {"type":1}\n\n'));
    expect(stream.isDone).toBe(false);
  });

  it('is stopped as a response that reached its bound, which the SDK takes with its items', async () => {
    const stream = pair.stream(input());
    const begun = sse(OPENING);
    stream.push(begun);
    const stopped = stream.stop(usage);
    expect(lastOf(stopped)).toMatchObject({
      type: 'response.incomplete',
      sequence_number: OPENING.length,
      response: {
        id: 'resp_1',
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        usage: { input_tokens: 10, output_tokens: 5 },
      },
    });
    const client = new OpenAI({
      apiKey: 'x',
      maxRetries: 0,
      fetch: () =>
        Promise.resolve(
          new Response(Buffer.concat([begun, stopped]), {
            headers: { 'content-type': 'text/event-stream' },
          }),
        ),
    });
    const response = await client.responses.stream({ model: 'm', input: 'Hi' }).finalResponse();
    expect(response).toMatchObject({ status: 'incomplete', output_text: 'It is warm.' });
  });

  it('is stopped before it began with a response of our own', () => {
    const stopped = pair.stream(input()).stop(null);
    expect(lastOf(stopped)).toMatchObject({
      response: { id: 'gen_1', model: 'm', max_output_tokens: 50, usage: null },
    });
  });

  it('notes errors of the provider, and fails apart from an event that passes', () => {
    const stream = pair.stream(input());
    stream.push(sse([{ type: 'error', ...{ code: 'x', message: 'no' } }]));
    expect(stream.error).toMatchObject({ code: 'x', message: 'no' });
    const failed = pair.stream(input());
    failed.push(
      sse([{ type: 'response.failed', ...{ response: { error: { code: 'y', message: 'no' } } } }]),
    );
    expect(failed).toMatchObject({ isDone: true, error: { code: 'y' }, finishReason: null });
    const long = pair.stream(input());
    long.push(Buffer.from(`data: ${'x'.repeat(SSE_EVENT_BYTES_MAX + 1)}`));
    const facts = {
      code: 'upstream_timeout',
      httpStatus: 504,
      errorType: 'timeout',
      message: 'Too slow.',
      requestId: 'r',
    };
    const text = Buffer.from(long.fail(facts)).toString();
    expect(text.startsWith('\n\nevent: error\n')).toBe(true);
  });

  it('is counted by a tokenizer where no usage came', () => {
    const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;
    expect(countResponsesInput({ input: 'two words', instructions: 'one' }, words)).toBe(14);
    const items = [
      { content: [{ text: 'a' }, {}] },
      { type: 'function_call', name: 'f', arguments: '{}' },
      { output: 'done' },
      'odd',
    ];
    expect(countResponsesInput({ input: items, tools: [{}] }, words)).toBe(3 + 16 + 1 + 2 + 1 + 1);
    expect(countResponsesInput(null, words)).toBe(3);
  });
});
