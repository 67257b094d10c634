import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '../conversation/answer-event.js';
import { collectAnswer } from '../conversation/collect-answer.js';
import { TranslatedStream } from '../pairs/translated-stream.js';
import { ANTHROPIC_CLIENT } from './client.js';
import { ANTHROPIC_UPSTREAM } from './upstream.js';

const USAGE = { input: 3, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 2, reasoning: 0 };

/** Events of a stream whose data is given. */
function read(...data: object[]): AnswerEvent[] {
  const reader = ANTHROPIC_UPSTREAM.streamReader({});
  return data.flatMap((it) => reader.read(JSON.stringify(it)));
}
const start = (index: number, content_block: object) => ({
  type: 'content_block_start',
  index,
  content_block,
});
const delta = (index: number, it: object) => ({ type: 'content_block_delta', index, delta: it });
const stop = (index: number) => ({ type: 'content_block_stop', index });

describe('an Anthropic stream, read', () => {
  it('tells tool calls with their own index and their arguments in pieces', () => {
    const tool = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} });
    expect(
      read(
        start(0, { type: 'text', text: 'Hi' }),
        start(1, tool('a')),
        delta(1, { type: 'input_json_delta', partial_json: '' }),
        delta(1, { type: 'input_json_delta', partial_json: '{"x":1}' }),
        stop(1),
        start(2, tool('b')),
        stop(2),
        start(3, { ...tool('c'), input: { y: 2 } }),
        stop(3),
        delta(9, { type: 'input_json_delta', partial_json: 'lost' }),
        stop(9),
      ),
    ).toEqual([
      { type: 'text', choice: 0, text: 'Hi' },
      { type: 'tool_call', choice: 0, index: 0, id: 'a', name: 'f' },
      { type: 'tool_arguments', choice: 0, index: 0, text: '{"x":1}' },
      { type: 'tool_call', choice: 0, index: 1, id: 'b', name: 'f' },
      { type: 'tool_arguments', choice: 0, index: 1, text: '{}' },
      { type: 'tool_call', choice: 0, index: 2, id: 'c', name: 'f' },
      { type: 'tool_arguments', choice: 0, index: 2, text: '{"y":2}' },
    ]);
  });

  it('tells thoughts, their signatures, and thoughts that are hidden', () => {
    expect(
      read(
        start(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'thinking_delta', thinking: 'Hm.' }),
        delta(0, { type: 'signature_delta', signature: 'sig' }),
        stop(0),
        start(1, { type: 'redacted_thinking', data: 'opaque' }),
        stop(1),
      ),
    ).toEqual([
      { type: 'thinking', choice: 0, text: 'Hm.' },
      { type: 'thinking_signature', choice: 0, signature: 'sig' },
      { type: 'redacted_thinking', choice: 0, data: 'opaque' },
    ]);
  });

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['pause_turn', 'pause'],
    ['refusal', 'refusal'],
    ['never_heard_of', 'stop'],
  ])('ends by %s as %s', (stop_reason, reason) => {
    const end = { type: 'message_delta', delta: { stop_reason, stop_sequence: null } };
    expect(read(end, end)).toEqual([{ type: 'finish', choice: 0, reason, stopSequence: null }]);
  });

  it('keeps the stop sequence', () => {
    const it = { stop_reason: 'stop_sequence', stop_sequence: 'END' };
    expect(read({ type: 'message_delta', delta: it })).toMatchObject([{ stopSequence: 'END' }]);
  });

  it('says nothing of events that lack what they should have', () => {
    expect(
      read(
        { type: 'content_block_start', index: 0 },
        delta(0, { type: 'future_delta' }),
        { type: 'content_block_delta', index: 0 },
        { type: 'message_delta' },
        { type: 'error' },
        { type: 'ping' },
      ),
    ).toEqual([]);
    expect(read({ type: 'message_start' })).toEqual([{ type: 'start', id: null, model: null }]);
    expect(ANTHROPIC_UPSTREAM.streamReader({}).read('{"type":')).toEqual([]);
  });

  it('tells whether a usage came that could not be right', () => {
    const reader = ANTHROPIC_UPSTREAM.streamReader({});
    expect(reader.isUsageInvalid).toBe(false);
    const startUsage = { input_tokens: -1 };
    reader.read(JSON.stringify({ type: 'message_start', message: { usage: startUsage } }));
    expect(reader.isUsageInvalid).toBe(true);
    const usage = { input_tokens: 3, output_tokens: 2 };
    reader.read(JSON.stringify({ type: 'message_delta', usage }));
    expect([reader.isUsageInvalid, reader.usage]).toEqual([false, USAGE]);
  });
});

describe('a whole Anthropic answer, read', () => {
  const message = {
    id: 'msg_1',
    type: 'message',
    model: 'claude',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
      { type: 'redacted_thinking', data: 'opaque' },
      { type: 'text', text: 'Hi' },
      { type: 'tool_use', id: 't', name: 'f', input: {} },
      { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      7,
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 2 },
  };

  it('is the same events at once', () => {
    const events = ANTHROPIC_UPSTREAM.readAnswer(message, {});
    expect(collectAnswer(events)).toEqual({
      id: 'msg_1',
      model: 'claude',
      usage: USAGE,
      choices: [
        {
          index: 0,
          parts: [
            { type: 'thinking', text: 'Hm.', signature: 'sig' },
            { type: 'thinking', text: '', signature: null, redactedData: 'opaque' },
            { type: 'text', text: 'Hi' },
            { type: 'tool_call', id: 't', name: 'f', argumentsText: '{}' },
          ],
          finishReason: 'tool_calls',
          stopSequence: null,
        },
      ],
    });
  });

  it('is an error where it says so, and nothing where it is none', () => {
    const error = { type: 'error', error: { type: 'api_error', message: 'Oops' } };
    expect(ANTHROPIC_UPSTREAM.readAnswer(error, {})).toEqual([
      { type: 'error', error: { type: 'api_error', message: 'Oops', code: null } },
    ]);
    expect(ANTHROPIC_UPSTREAM.readAnswer(null, {})).toEqual([]);
    expect(ANTHROPIC_UPSTREAM.readAnswer({}, {})).toEqual([
      { type: 'start', id: null, model: null },
    ]);
  });

  it('does not believe figures beyond its bounds', () => {
    const events = ANTHROPIC_UPSTREAM.readAnswer(message, { outputTokensMax: 0 });
    expect(events.find((it) => it.type === 'usage')).toMatchObject({ usage: { output: 2 } });
    const usage = { input_tokens: 3, output_tokens: 11 };
    expect(
      ANTHROPIC_UPSTREAM.readAnswer({ ...message, usage }, { outputTokensMax: 1 }).some(
        (it) => it.type === 'usage',
      ),
    ).toBe(false);
  });
});

/** Every golden stream, read and written anew: the same whatever way it was cut. */
const FOLDER = new URL('../../golden/anthropic/', import.meta.url);
const GOLDEN = readdirSync(FOLDER).filter((name) => name.endsWith('.sse'));

describe.each(GOLDEN)('golden stream %s, read and written anew', (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(name, FOLDER)));
  const expected = JSON.parse(
    readFileSync(new URL(name.replace('.sse', '.json'), FOLDER), 'utf8'),
  ) as {
    readonly usage: unknown;
    readonly isDone: boolean;
    readonly error: unknown;
  };

  function run(step: number) {
    const head = { answerId: 'a', nowS: 1, requestedModel: 'm', includeUsage: true, request: null };
    const stream = new TranslatedStream({
      reader: ANTHROPIC_UPSTREAM.streamReader({ inputTokensMax: 10_000, outputTokensMax: 10_000 }),
      newWriter: () => ANTHROPIC_CLIENT.streamWriter(head),
      choices: 1,
      answerId: 'a',
    });
    const out: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += step)
      out.push(stream.push(bytes.slice(at, at + step)));
    out.push(stream.finish());
    const { usage, isDone, error, producedBytes } = stream;
    return { text: Buffer.concat(out).toString(), usage, isDone, error, producedBytes };
  }

  it('is billed as it is when it passes', () => {
    const { usage, isDone } = run(bytes.length);
    expect({ usage, isDone }).toEqual({ usage: expected.usage, isDone: expected.isDone });
  });

  it('gives the same bytes and the same bill in pieces of any size', () => {
    const whole = run(bytes.length);
    for (const step of [1, 2, 3, 7, 64]) expect(run(step)).toEqual(whole);
  });

  it('begins once and ends once, with an error where its own end never came', () => {
    const { text } = run(bytes.length);
    const count = (word: string): number => text.split(`event: ${word}\n`).length - 1;
    expect(count('message_start')).toBeLessThanOrEqual(1);
    expect(count('message_stop') + count('error')).toBe(1);
  });
});
