import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '../conversation/answer-event.js';
import type { AnswerHead } from '../conversation/sides.js';
import { OPENAI_RESPONSES_CLIENT as client } from './responses-client.js';
import { readResponsesConversation } from './responses-conversation.js';

const head: AnswerHead = {
  answerId: 'gen_1',
  nowS: 7,
  requestedModel: 'asked',
  includeUsage: true,
  request: { model: 'asked', input: 'Hi', instructions: 'Be brief.' },
};
const usage = {
  input: 10,
  cacheRead: 5,
  cacheWrite5m: 2,
  cacheWrite1h: 0,
  output: 9,
  reasoning: 4,
};
const choice = 0;
const ANSWER: readonly AnswerEvent[] = [
  { type: 'start', id: 'up', model: 'm' },
  { type: 'thinking', choice, text: 'Let ' },
  { type: 'thinking', choice, text: 'me see' },
  { type: 'thinking_signature', choice, signature: 'sig' },
  { type: 'redacted_thinking', choice, data: 'hidden' },
  { type: 'text', choice, text: 'It is ' },
  { type: 'text', choice, text: 'warm.' },
  { type: 'refusal', choice, text: 'No more.' },
  { type: 'tool_call', choice, index: 0, id: 'call_a', name: 'f', signature: 'g' },
  { type: 'tool_arguments', choice, index: 0, text: '{"a"' },
  { type: 'tool_call', choice, index: 1, id: 'call_b', name: 'g' },
  { type: 'tool_arguments', choice, index: 1, text: '{}' },
  { type: 'tool_arguments', choice, index: 0, text: ':1}' },
  { type: 'finish', choice, reason: 'tool_calls', stopSequence: null },
  { type: 'usage', usage },
];

function streamOf(events: readonly AnswerEvent[]): string {
  const writer = client.streamWriter(head);
  return Buffer.concat([...events.map((event) => writer.write(event)), writer.end()]).toString();
}

interface StreamEvent {
  readonly type: string;
  readonly sequence_number: number;
  readonly response?: { readonly status: string };
}
function eventsOf(text: string): readonly StreamEvent[] {
  const frames = text.split('\n\n').filter((frame) => frame !== '');
  return frames.map((frame) => {
    const [name = '', data = ''] = frame.split('\n');
    const event = JSON.parse(data.slice('data: '.length)) as StreamEvent;
    expect(name).toBe(`event: ${event.type}`);
    return event;
  });
}

/** The unmodified SDK, given these bytes as the server's answer. */
function sdk(body: string, contentType = 'text/event-stream'): OpenAI {
  return new OpenAI({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': contentType } })),
  });
}

describe('an answer as a Responses stream', () => {
  it('opens, says each item whole, and ends with the response once more', () => {
    const events = eventsOf(streamOf(ANSWER));
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, i) => i));
    expect(events.map((event) => event.type.replace('response.', ''))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'content_part.added',
      'refusal.delta',
      'refusal.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'function_call_arguments.done',
      'output_item.done',
      'completed',
    ]);
  });

  it('is taken by the official SDK’s helper, which puts the same response together', async () => {
    const stream = sdk(streamOf(ANSWER)).responses.stream({ model: 'asked', input: 'Hi' });
    const response = await stream.finalResponse();
    expect(response).toMatchObject({
      id: 'gen_1',
      created_at: 7,
      model: 'm',
      status: 'completed',
      instructions: 'Be brief.',
      store: false,
      output_text: 'It is warm.',
      usage: {
        input_tokens: 17,
        input_tokens_details: { cached_tokens: 5, cache_write_tokens: 2 },
        output_tokens: 9,
        output_tokens_details: { reasoning_tokens: 4 },
        total_tokens: 26,
      },
    });
    expect(response.output.map((item) => [item.type, 'status' in item && item.status])).toEqual([
      ['reasoning', 'completed'],
      ['reasoning', 'completed'],
      ['message', 'completed'],
      ['function_call', 'completed'],
      ['function_call', 'completed'],
    ]);
    expect(response.output[3]).toMatchObject({ call_id: 'call_a', arguments: '{"a":1}' });
  });

  it('is taken by the official SDK’s plain iteration', async () => {
    const stream = await sdk(streamOf(ANSWER)).responses.create({
      model: 'asked',
      input: 'Hi',
      stream: true,
    });
    let text = '';
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toBe('It is warm.');
  });

  it('comes back as the conversation it was', () => {
    const response = client.writeAnswer(ANSWER, head) as { output: readonly object[] };
    const read = readResponsesConversation({ model: 'm', input: response.output });
    expect(read.ok && read.conversation.turns).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'Let me see', signature: 'sig' },
          { type: 'thinking', text: '', signature: null, redactedData: 'hidden' },
          { type: 'text', text: 'It is warm.' },
          { type: 'refusal', text: 'No more.' },
          { type: 'tool_call', id: 'call_a', name: 'f', argumentsText: '{"a":1}', signature: 'g' },
          { type: 'tool_call', id: 'call_b', name: 'g', argumentsText: '{}' },
        ],
      },
    ]);
  });

  it('is the same response when it is not streamed', async () => {
    const body = JSON.stringify(client.writeAnswer(ANSWER, head));
    const response = await sdk(body, 'application/json').responses.create({
      model: 'asked',
      input: 'Hi',
    });
    const last = eventsOf(streamOf(ANSWER)).at(-1);
    expect(JSON.parse(body)).toEqual(last?.response);
    expect(response.output_text).toBe('It is warm.');
  });

  it.each([
    ['length', 'max_output_tokens'],
    ['content_filter', 'content_filter'],
    ['refusal', 'content_filter'],
  ] as const)('that ended by %s is incomplete: %s', async (reason, told) => {
    const events: AnswerEvent[] = [
      { type: 'start', id: null, model: null },
      { type: 'text', choice, text: 'It' },
      { type: 'finish', choice, reason, stopSequence: null },
    ];
    const text = streamOf(events);
    expect(eventsOf(text).at(-1)?.type).toBe('response.incomplete');
    const stream = sdk(text).responses.stream({ model: 'asked', input: 'Hi' });
    expect(await stream.finalResponse()).toMatchObject({
      status: 'incomplete',
      model: 'asked',
      incomplete_details: { reason: told },
      output: [{ type: 'message', status: 'incomplete', content: [{ text: 'It' }] }],
      usage: null,
    });
  });

  it.each(['stop', 'pause'] as const)('that ended by %s is complete', (reason) => {
    const events: AnswerEvent[] = [{ type: 'finish', choice, reason, stopSequence: null }];
    expect(client.writeAnswer(events, { ...head, request: null })).toMatchObject({
      status: 'completed',
      output: [],
      instructions: null,
    });
  });

  it('closes what an upstream left open', () => {
    const events: AnswerEvent[] = [
      { type: 'start', id: null, model: null },
      { type: 'thinking_signature', choice, signature: 's' },
      { type: 'tool_arguments', choice, index: 4, text: 'of no call' },
      { type: 'text', choice, text: 'It' },
    ];
    expect(
      eventsOf(streamOf(events))
        .slice(-2)
        .map((event) => event.type),
    ).toEqual(['response.output_item.done', 'response.completed']);
  });

  it('fails with an error that the SDK throws', async () => {
    const writer = client.streamWriter(head);
    const opening = writer.write({ type: 'start', id: null, model: null });
    const failed = writer.fail({
      code: 'upstream_timeout',
      httpStatus: 504,
      errorType: 'timeout',
      message: 'Too slow.',
      requestId: 'r',
    });
    expect(
      writer.write({ type: 'error', error: { message: '', type: null, code: null } }),
    ).toHaveLength(0);
    const text = Buffer.concat([opening, failed]).toString();
    expect(eventsOf(text).at(-1)).toMatchObject({
      type: 'error',
      sequence_number: 2,
      code: 'upstream_timeout',
      message: 'Too slow.',
      error: { code: 'upstream_timeout' },
    });
    const stream = await sdk(text).responses.create({ model: 'm', input: 'Hi', stream: true });
    await expect(
      (async () => {
        for await (const _event of stream);
      })(),
    ).rejects.toMatchObject({ code: 'upstream_timeout' });
  });
});
