import { describe, expect, it } from 'vitest';
import type { PairStream } from '../dialect/pair.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { SSE_EVENT_BYTES_MAX } from '../sse/sse-relay.js';
import { MessagesStream } from './messages-stream.js';
import { readMessagesRequest } from './read-request.js';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (of: Uint8Array): string => Buffer.from(of).toString();
const event = (data: { type: string; [member: string]: unknown }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

const START = event({
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude-x', usage: { input_tokens: 9, output_tokens: 1 } },
});
const blockStart = (index: number, block: object = { type: 'text', text: '' }): string =>
  event({ type: 'content_block_start', index, content_block: block });
const delta = (index: number, content: object): string =>
  event({ type: 'content_block_delta', index, delta: content });
const words = (it: string): string => delta(0, { type: 'text_delta', text: it });
const blockStop = (index: number): string => event({ type: 'content_block_stop', index });

function input(): PairStream {
  const read = readMessagesRequest({ model: 'asked', max_tokens: 9, messages: [{}] });
  if (!read.ok) throw new Error('not a request');
  return {
    reading: read.request,
    bounds: {},
    answerId: 'gen_1',
    nowS: 1,
    includeUsage: true,
    parsed: null,
  };
}

function streamOf(...events: string[]): MessagesStream {
  const stream = new MessagesStream(input());
  for (const it of events) stream.push(bytes(it));
  return stream;
}

/** The data of each event, comments as they are. */
const dataOf = (of: Uint8Array): unknown[] =>
  text(of)
    .trimEnd()
    .split('\n\n')
    .map((it) => (it.startsWith(':') ? it : JSON.parse(it.split('\ndata: ')[1] ?? 'null')));

const USAGE = { input: 9, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 1 };
const FAULT: ErrorFacts = {
  code: 'upstream_timeout',
  httpStatus: 504,
  errorType: 'timeout',
  message: 'Too slow.',
  requestId: 'req_1',
};

describe('a Messages stream', () => {
  it('passes a chunk of whole events as the very same object', () => {
    const stream = streamOf(START, blockStart(0));
    const chunk = bytes(words('Hi') + words(' there'));
    expect(stream.push(chunk)).toBe(chunk);
    expect(stream.estimatedTokens).toBe(2);
    expect(stream.producedText()).toBe('Hi there');
  });

  it('counts nothing while nothing is produced', () => {
    const stream = streamOf(START, blockStart(0), words(''));
    expect(stream.outputTokensBound).toBe(0);
    expect(stream.estimatedTokens).toBe(0);
    expect(stream.finish()).toHaveLength(0);
  });

  it('bounds its tokens by bytes, tool calls and thinking no one can read', () => {
    const tool = { type: 'tool_use', id: 't', name: 'look', input: {} };
    const stream = streamOf(START, blockStart(0), words('Grüße'), blockStart(1, tool));
    expect(stream.producedBytes).toBe(7 + 4);
    expect(stream.outputTokensBound).toBe(7 + 4 + 16 + 4);
    const hidden = streamOf(
      START,
      blockStart(0, { type: 'redacted_thinking', data: 'x'.repeat(100) }),
      delta(0, { type: 'signature_delta', signature: 'y'.repeat(50) }),
    );
    expect(hidden.producedBytes).toBe(0);
    expect(hidden.outputTokensBound).toBe(150 + 4);
  });

  it('knows its input before its output, and does not take a first count for the answer’s', () => {
    const stream = streamOf(START, blockStart(0), words('Hi'));
    expect(stream.usage).toBe(null);
    expect(stream.promptUsage?.input).toBe(9);
    expect(stream.reportedModel).toBe('claude-x');
  });

  it('sees the end in the push that brings it, so that it can be journaled before', () => {
    const stream = streamOf(START, event({ type: 'message_delta', delta: {}, usage: null }));
    expect(stream.isDone).toBe(false);
    stream.push(bytes(event({ type: 'message_stop' })));
    expect(stream.isDone).toBe(true);
  });

  it('survives events that lack what they should have', () => {
    const stream = streamOf(
      event({ type: 'message_start' }),
      event({ type: 'content_block_start' }),
      event({ type: 'content_block_delta', index: 0 }),
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 7 } }),
      event({ type: 'message_delta' }),
      event({ type: 'error' }),
    );
    expect([stream.reportedModel, stream.usage, stream.finishReason, stream.error]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('stops like a bound that was reached, closing what the client saw open', () => {
    const stream = streamOf(START, blockStart(0) + words('Hi'));
    stream.push(bytes(blockStop(0) + blockStart(1)));
    expect(dataOf(stream.stop(USAGE))).toEqual([
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: {
          stop_reason: 'max_tokens',
          stop_sequence: null,
          stop_details: null,
          container: null,
        },
        usage: {
          input_tokens: 9,
          cache_creation_input_tokens: 7,
          cache_read_input_tokens: 2,
          cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
          output_tokens: 5,
          output_tokens_details: { thinking_tokens: 1 },
          server_tool_use: null,
        },
      },
      ': x-weir-stop: budget',
      { type: 'message_stop' },
    ]);
    expect(text(stream.stop(USAGE)).startsWith('event: content_block_stop\ndata: {"type"')).toBe(
      true,
    );
  });

  it('tells its own count when it stops without a usage', () => {
    const stream = streamOf(START, blockStart(0) + words('Hi'), words(' there'));
    expect(dataOf(stream.stop(null))[1]).toMatchObject({ usage: { output_tokens: 2 } });
  });

  it('begins a message of its own where the client saw none', () => {
    const stopped = dataOf(streamOf(START + blockStart(0)).stop(null));
    expect(stopped).toHaveLength(4);
    expect(stopped[0]).toEqual({
      type: 'message_start',
      message: {
        id: 'gen_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-x',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        container: null,
        usage: expect.objectContaining({ input_tokens: 9, output_tokens: 0 }) as unknown,
      },
    });
    expect(dataOf(streamOf().stop(null))[0]).toMatchObject({
      message: { model: 'asked', usage: { input_tokens: 0, output_tokens_details: null } },
    });
  });

  it('fails with an error event', () => {
    const failed = streamOf(START, blockStart(0)).fail(FAULT);
    expect(text(failed).startsWith('event: error\ndata: {"type":"error","error":{')).toBe(true);
    expect(dataOf(failed)[0]).toMatchObject({
      error: { type: 'timeout_error', message: 'Too slow.', code: 'upstream_timeout' },
      request_id: 'req_1',
    });
  });

  it('closes an oversized event before it puts an end of its own', () => {
    const stream = streamOf(`data: ${'x'.repeat(SSE_EVENT_BYTES_MAX + 1)}`);
    expect(stream.isInsideEvent).toBe(true);
    expect(text(stream.fail(FAULT)).startsWith('\n\nevent: error')).toBe(true);
  });
});
