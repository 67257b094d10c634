import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '../conversation/answer-event.js';
import { ANTHROPIC_CLIENT } from './client.js';

const HEAD = {
  answerId: 'gen_1',
  nowS: 1,
  requestedModel: 'asked',
  includeUsage: true,
  request: null,
};
const USAGE = { input: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 0 };
const START: AnswerEvent = { type: 'start', id: 'x', model: 'm' };
const say = (text: string): AnswerEvent => ({ type: 'text', choice: 0, text });
const think = (text: string): AnswerEvent => ({ type: 'thinking', choice: 0, text });
const call = (index: number, id: string, name: string, signature?: string): AnswerEvent => ({
  type: 'tool_call',
  choice: 0,
  index,
  id,
  name,
  ...(signature === undefined ? {} : { signature }),
});
const args = (index: number, text: string): AnswerEvent => ({
  type: 'tool_arguments',
  choice: 0,
  index,
  text,
});
type Finish = Extract<AnswerEvent, { type: 'finish' }>;
const finish = (reason: Finish['reason'], stopSequence: string | null = null): AnswerEvent => ({
  type: 'finish',
  choice: 0,
  reason,
  stopSequence,
});

const streamed = (...events: AnswerEvent[]): string => {
  const writer = ANTHROPIC_CLIENT.streamWriter(HEAD);
  return Buffer.concat([...events.map((it) => writer.write(it)), writer.end()]).toString();
};
/** Each event in short: its type, its block or delta. */
const inShort = (...events: AnswerEvent[]): unknown[] =>
  streamed(...events)
    .trimEnd()
    .split('\n\n')
    .map((frame) => {
      const [name, data] = frame.split('\ndata: ');
      const event = JSON.parse(data ?? '') as Record<string, unknown>;
      expect(name).toBe(`event: ${String(event['type'])}`);
      const { index, content_block: block, delta } = event;
      if (event['type'] === 'content_block_stop') return ['stop', index];
      if (event['type'] === 'message_delta') return (delta as { stop_reason: unknown }).stop_reason;
      return block === undefined && index === undefined ? event['type'] : [index, block ?? delta];
    });
const whole = (...events: AnswerEvent[]) =>
  ANTHROPIC_CLIENT.writeAnswer(events, HEAD) as {
    readonly content: unknown;
    readonly stop_reason: unknown;
    readonly stop_sequence: unknown;
  };

describe('an answer streamed as Anthropic does', () => {
  it('numbers its blocks and opens and closes each', () => {
    expect(
      inShort(
        START,
        think('Hm'),
        think('.'),
        { type: 'thinking_signature', choice: 0, signature: 'sig' },
        { type: 'redacted_thinking', choice: 0, data: 'opaque' },
        say('Hi'),
        say(' there'),
        say(''),
        finish('stop'),
        { type: 'usage', usage: USAGE },
      ),
    ).toEqual([
      'message_start',
      [0, { type: 'thinking', thinking: '', signature: '' }],
      [0, { type: 'thinking_delta', thinking: 'Hm' }],
      [0, { type: 'thinking_delta', thinking: '.' }],
      [0, { type: 'signature_delta', signature: 'sig' }],
      ['stop', 0],
      [1, { type: 'redacted_thinking', data: 'opaque' }],
      ['stop', 1],
      [2, { type: 'text', text: '' }],
      [2, { type: 'text_delta', text: 'Hi' }],
      [2, { type: 'text_delta', text: ' there' }],
      ['stop', 2],
      'end_turn',
      'message_stop',
    ]);
  });

  it('keeps tool calls open together, for their arguments may come interleaved', () => {
    const tool = (id: string, name: string) => ({ type: 'tool_use', id, name, input: {} });
    expect(
      inShort(
        START,
        say('Look.'),
        call(0, 'a', 'f'),
        args(0, '{"x"'),
        call(1, '', 'g'),
        args(0, ':1}'),
        args(1, '{}'),
        args(1, ''),
        args(7, 'lost'),
        finish('tool_calls'),
      ),
    ).toEqual([
      'message_start',
      [0, { type: 'text', text: '' }],
      [0, { type: 'text_delta', text: 'Look.' }],
      ['stop', 0],
      [1, tool('a', 'f')],
      [1, { type: 'input_json_delta', partial_json: '{"x"' }],
      [2, tool('toolu_gen_1_1', 'g')],
      [1, { type: 'input_json_delta', partial_json: ':1}' }],
      [2, { type: 'input_json_delta', partial_json: '{}' }],
      ['stop', 1],
      ['stop', 2],
      'tool_use',
      'message_stop',
    ]);
  });

  it('carries a tool call’s signature in a block before it', () => {
    const events = inShort(START, call(0, 'a', 'f', 'c2ln'), finish('stop'));
    expect(events.slice(1, 3)).toEqual([
      [0, { type: 'redacted_thinking', data: 'weir-call:{"callId":"a","signature":"c2ln"}' }],
      ['stop', 0],
    ]);
    expect(events.slice(4)).toEqual([['stop', 1], 'tool_use', 'message_stop']);
  });

  it('ends a thought with its signature: what comes after is another', () => {
    const signature: AnswerEvent = { type: 'thinking_signature', choice: 0, signature: 's' };
    const events = inShort(START, think('One'), signature, think('Two'), signature);
    expect(events.filter((it) => Array.isArray(it) && it[0] === 'stop')).toEqual([
      ['stop', 0],
      ['stop', 1],
    ]);
  });

  it('signs a thought whose words were kept back', () => {
    const signature: AnswerEvent = { type: 'thinking_signature', choice: 0, signature: 's' };
    expect(inShort(START, signature).slice(1, 4)).toEqual([
      [0, { type: 'thinking', thinking: '', signature: '' }],
      [0, { type: 'signature_delta', signature: 's' }],
      ['stop', 0],
    ]);
  });

  it('tells the first answer only, and is closed when its end never came', () => {
    expect(inShort(START, say('Hi'), { type: 'text', choice: 1, text: 'Ho' })).toEqual([
      'message_start',
      [0, { type: 'text', text: '' }],
      [0, { type: 'text_delta', text: 'Hi' }],
      ['stop', 0],
      'end_turn',
      'message_stop',
    ]);
  });

  it('opens with our id and the model that answered, and ends with the figures', () => {
    const usage = (cost: number) => ({ type: 'usage', usage: { ...USAGE, output: cost } }) as const;
    const text = streamed(START, finish('stop', 'END'), usage(1), usage(5));
    expect(text).toContain(
      '"message":{"id":"gen_1","type":"message","role":"assistant","model":"m"',
    );
    expect(text).toContain('"stop_reason":"stop_sequence","stop_sequence":"END"');
    expect(text).toContain(
      '"usage":{"input_tokens":1,"cache_creation_input_tokens":7,"cache_read_input_tokens":2',
    );
    expect(text).toContain('"output_tokens":5');
    expect(streamed({ type: 'start', id: null, model: null })).toContain('"model":"asked"');
  });

  it('fails with an error event', () => {
    const writer = ANTHROPIC_CLIENT.streamWriter(HEAD);
    const error = { message: '', type: null, code: null };
    expect(writer.write({ type: 'error', error })).toHaveLength(0);
    const failed = writer.fail({
      code: 'x',
      httpStatus: 502,
      errorType: 'provider_unavailable',
      message: 'm',
      requestId: 'r',
    });
    expect(Buffer.from(failed).toString()).toMatch(/^event: error\ndata: \{"type":"error"/);
  });
});

describe('the reason an answer ended', () => {
  const refusal: AnswerEvent = { type: 'refusal', choice: 0, text: 'No.' };
  it.each<[string, AnswerEvent[]]>([
    ['end_turn', [finish('stop')]],
    ['stop_sequence', [finish('stop', 'END')]],
    ['tool_use', [call(0, 'a', 'f'), finish('stop')]],
    ['tool_use', [finish('tool_calls')]],
    ['max_tokens', [finish('length')]],
    ['refusal', [finish('content_filter')]],
    ['refusal', [finish('refusal')]],
    ['refusal', [refusal, finish('stop')]],
    ['pause_turn', [finish('pause')]],
  ])('is told as %s', (reason, events) => {
    expect(whole(START, ...events).stop_reason).toBe(reason);
    expect(inShort(START, ...events).at(-2)).toBe(reason);
  });
});

describe('a whole answer as Anthropic gives it', () => {
  it('has its blocks, its end and its figures', () => {
    expect(
      whole(
        START,
        think('Hm.'),
        { type: 'thinking_signature', choice: 0, signature: 'sig' },
        think('Ho.'),
        { type: 'redacted_thinking', choice: 0, data: 'opaque' },
        say('Hi'),
        call(0, 'a', 'f'),
        args(0, '{"x":1}'),
        call(1, '', 'g', 'c2ln'),
        call(2, 'c', 'h'),
        args(2, '{"cut'),
        finish('tool_calls'),
        { type: 'usage', usage: USAGE },
      ),
    ).toEqual({
      id: 'gen_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
        { type: 'thinking', thinking: 'Ho.', signature: '' },
        { type: 'redacted_thinking', data: 'opaque' },
        { type: 'text', text: 'Hi', citations: null },
        { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
        {
          type: 'redacted_thinking',
          data: 'weir-call:{"callId":"toolu_gen_1_5","signature":"c2ln"}',
        },
        { type: 'tool_use', id: 'toolu_gen_1_5', name: 'g', input: {} },
        { type: 'tool_use', id: 'c', name: 'h', input: '{"cut' },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      stop_details: null,
      container: null,
      usage: {
        input_tokens: 1,
        cache_creation_input_tokens: 7,
        cache_read_input_tokens: 2,
        cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
        output_tokens: 5,
        output_tokens_details: null,
        server_tool_use: null,
      },
    });
  });

  it('names the model that was asked for where the provider names none', () => {
    expect(whole({ type: 'start', id: null, model: null }, finish('stop', 'END'))).toMatchObject({
      model: 'asked',
      content: [],
      stop_sequence: 'END',
    });
  });
});
