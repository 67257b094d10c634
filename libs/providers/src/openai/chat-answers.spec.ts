import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '../conversation/answer-event.js';
import { collectAnswer } from '../conversation/collect-answer.js';
import { RequestIntake } from '../conversation/request-intake.js';
import { TranslatedStream } from '../pairs/translated-stream.js';
import { formatOfMediaType } from './audio-format.js';
import { ChatAnswerReader } from './chat-answer-reader.js';
import { OPENAI_CHAT_CLIENT as client } from './chat-client.js';
import { openSeal } from './sealed-reasoning.js';

const FOLDER = new URL('../../golden/openai/', import.meta.url);
const GOLDEN = readdirSync(FOLDER).filter((name) => name.endsWith('.sse'));
const head = { answerId: 'a', nowS: 1, requestedModel: 'asked', includeUsage: true, request: {} };
const choice = 0;

describe.each(GOLDEN)('golden stream %s, translated', (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(name, FOLDER)));
  const recorded = JSON.parse(
    readFileSync(new URL(name.replace('.sse', '.json'), FOLDER), 'utf8'),
  ) as Record<string, unknown>;

  it('is billed as it is when it passes', () => {
    const stream = new TranslatedStream({
      reader: new ChatAnswerReader({ inputTokensMax: 10_000, outputTokensMax: 10_000 }),
      newWriter: () => client.streamWriter(head),
      choices: 1,
      answerId: 'a',
    });
    const out = Buffer.concat([Buffer.from(stream.push(bytes)), Buffer.from(stream.finish())]);
    const { usage, isDone, reportedModel } = stream;
    const text = stream.producedText();
    // What passes is read on after an error; a translation ends there. Of an event that is no JSON it has no words.
    const { text: recordedText, ...figures } = recorded;
    const words = name.startsWith('malformed') ? {} : { text: recordedText };
    const told = recorded['error'] === null ? { ...figures, ...words } : { isDone: false };
    expect({ usage, isDone, reportedModel, text }).toMatchObject(
      Object.fromEntries(
        Object.entries(told).filter(([key]) =>
          ['usage', 'isDone', 'reportedModel', 'text'].includes(key),
        ),
      ),
    );
    const ends = out.toString().split('data: [DONE]').length - 1;
    expect(ends + Number(stream.error !== null)).toBe(1);
  });
});

const readAll = (...chunks: readonly unknown[]): readonly AnswerEvent[] => {
  const reader = new ChatAnswerReader({});
  return chunks.flatMap((chunk) => reader.read(JSON.stringify(chunk)));
};
const delta = (it: object, finish: string | null = null) => ({
  model: 'm',
  choices: [{ index: 0, delta: it, finish_reason: finish }],
});

describe('the answers of OpenAI-compatible providers', () => {
  it('name themselves in the first chunk that says something', () => {
    expect(
      readAll({ model: '', choices: [], prompt_filter_results: [] }, { id: '', choices: [{}] }),
    ).toEqual([{ type: 'start', id: null, model: null }]);
    expect(readAll({ id: 'x', model: 'm', choices: 1 }, 'odd')).toEqual([
      { type: 'start', id: 'x', model: 'm' },
    ]);
  });

  it('call tools whose names, ids and arguments come in any pieces', () => {
    const call = (it: object) => delta({ tool_calls: [it] });
    expect(
      readAll(
        call({ index: 3, function: { arguments: '{' } }),
        call({ index: 3, id: 'late', function: { name: 'f', arguments: '}' } }),
        call({ index: 3, id: '', function: { name: 'ignored' } }),
        call({ function: { name: 'g' }, extra_content: { google: { thought_signature: 's' } } }),
        delta({ tool_calls: ['odd'] }, 'stop'),
        delta({}, 'length'),
      ).slice(1),
    ).toEqual([
      { type: 'tool_call', choice, index: 0, id: 'late', name: 'f' },
      { type: 'tool_arguments', choice, index: 0, text: '{}' },
      { type: 'tool_call', choice, index: 1, id: 'call_0_1', name: 'g', signature: 's' },
      { type: 'finish', choice, reason: 'tool_calls', stopSequence: null },
    ]);
  });

  it('call deprecated functions', () => {
    expect(
      readAll(
        delta({ function_call: { name: 'f', arguments: '' } }),
        delta({ function_call: { arguments: '{}' } }, 'function_call'),
      ).slice(1),
    ).toEqual([
      { type: 'tool_call', choice, index: 0, id: 'call_0_0', name: 'f' },
      { type: 'tool_arguments', choice, index: 0, text: '{}' },
      { type: 'finish', choice, reason: 'tool_calls', stopSequence: null },
    ]);
  });

  it('think under any name, and what they sign comes back as it was', () => {
    const detail = { type: 'reasoning.text', text: 'B', signature: 's', format: 'f', index: 0 };
    const hidden = { type: 'reasoning.encrypted', data: 'x', index: 1 };
    const events = readAll(
      delta({
        reasoning: 'A',
        reasoning_details: [{ type: 'reasoning.text', text: 'A', index: 0 }],
      }),
      delta({ reasoning_details: [{ type: 'reasoning.summary', summary: 'S' }, 'odd'] }),
      delta({ reasoning_details: [detail, hidden] }),
      delta({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'C' }, 1] },
          { type: 'thinking', thinking: 'D' },
          { type: 'thinking' },
          { type: 'text', text: 'words' },
        ],
      }),
    );
    const { parts } = collectAnswer(events).choices[0] ?? { parts: [] };
    expect(parts.map((part) => part.type)).toEqual(['thinking', 'thinking', 'thinking', 'text']);
    expect(parts).toMatchObject([{ text: 'ASB' }, { text: '' }, { text: 'CD' }, { text: 'words' }]);
    const [first, second, third] = parts;
    expect(first?.type === 'thinking' && openSeal(first.signature)).toEqual({
      kind: 'detail',
      detail: { type: 'reasoning.text', signature: 's', format: 'f' },
    });
    expect(second?.type === 'thinking' && openSeal(second.redactedData ?? null)).toEqual({
      kind: 'detail',
      detail: { type: 'reasoning.encrypted', data: 'x' },
    });
    expect(third?.type === 'thinking' && openSeal(third.signature)).toEqual({ kind: 'content' });
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['content_filter', 'content_filter'],
    ['eos', 'stop'],
  ] as const)('end by %s, which is %s', (given, reason) => {
    expect(readAll(delta({ refusal: 'No' }, given)).at(-1)).toMatchObject({ reason });
  });

  it('report usage, believed only within bounds', () => {
    const reader = new ChatAnswerReader({ inputTokensMax: 10, outputTokensMax: 10 });
    const usage = { prompt_tokens: 5000, completion_tokens: 1 };
    expect(reader.read(JSON.stringify({ choices: [], usage }))).toEqual([]);
    expect(reader.isUsageInvalid).toBe(true);
    reader.read(JSON.stringify({ x_groq: { usage: { ...usage, prompt_tokens: 5 } } }));
    expect(reader).toMatchObject({ isUsageInvalid: false, usage: { input: 5, output: 1 } });
  });
});

describe('an answer written as chat', () => {
  const message = (events: readonly AnswerEvent[], request: unknown = {}) =>
    (client.writeAnswer(events, { ...head, request }) as { choices: { message: object }[] })
      .choices[0];
  const call: AnswerEvent = {
    type: 'tool_call',
    choice,
    index: 0,
    id: 'c',
    name: 'f',
    signature: 's',
  };
  const given: AnswerEvent = { type: 'tool_arguments', choice, index: 0, text: '{}' };
  const finish: AnswerEvent = { type: 'finish', choice, reason: 'tool_calls', stopSequence: null };

  it('says nothing where nothing was said', () => {
    expect(message([])).toEqual({
      index: 0,
      message: { role: 'assistant', content: '', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    });
    expect(client.writeAnswer([], head)).toMatchObject({ model: 'asked' });
    expect(client.writeAnswer([], head)).not.toHaveProperty('usage');
  });

  it('calls tools, or the deprecated function where functions were given', () => {
    expect(message([call, given, finish])).toMatchObject({
      message: {
        content: null,
        tool_calls: [
          {
            id: 'c',
            type: 'function',
            function: { name: 'f', arguments: '{}' },
            extra_content: { google: { thought_signature: 's' } },
          },
        ],
      },
      finish_reason: 'tool_calls',
    });
    expect(message([call, given, finish], { functions: [] })).toMatchObject({
      message: { content: null, function_call: { name: 'f', arguments: '{}' } },
      finish_reason: 'function_call',
    });
  });

  it('refuses, and hides what its provider hid', () => {
    const events: AnswerEvent[] = [
      { type: 'redacted_thinking', choice, data: 'x' },
      { type: 'thinking', choice, text: 'hm' },
      { type: 'redacted_thinking', choice, data: 'y' },
      { type: 'refusal', choice, text: 'No' },
      { type: 'finish', choice, reason: 'pause', stopSequence: null },
    ];
    expect(message(events)).toEqual({
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        refusal: 'No',
        reasoning_content: 'hm',
        reasoning_details: [
          { type: 'reasoning.encrypted', data: 'x', index: 0 },
          { type: 'reasoning.text', text: 'hm', index: 1 },
          { type: 'reasoning.encrypted', data: 'y', index: 2 },
        ],
      },
      logprobs: null,
      finish_reason: 'stop',
    });
    expect(message(events.slice(0, 1))?.message).not.toHaveProperty('reasoning_content');
  });

  it('streams each choice after the chunk that names its role', () => {
    const writer = client.streamWriter({ ...head, includeUsage: false });
    const text = [
      { type: 'start', id: 'x', model: null } as const,
      { type: 'redacted_thinking', choice: 1, data: 'x' } as const,
      { type: 'text', choice: 1, text: 'Hi' } as const,
      { type: 'error', error: { message: '', type: null, code: null } } as const,
      { type: 'finish', choice: 1, reason: 'refusal', stopSequence: null } as const,
    ]
      .map((event) => Buffer.from(writer.write(event)).toString())
      .join('');
    const chunks = text
      .split('\n\n')
      .filter((frame) => frame !== '')
      .map((frame) => JSON.parse(frame.slice(6)) as { model: string; choices: object[] });
    expect(chunks.map((chunk) => chunk.model)).toEqual(Array(5).fill('asked'));
    expect(chunks.map((chunk) => chunk.choices[0])).toMatchObject([
      { index: 0, delta: { role: 'assistant' } },
      { index: 1, delta: { role: 'assistant' } },
      { index: 1, delta: { reasoning_details: [{ data: 'x', index: 0 }] } },
      { index: 1, delta: { content: 'Hi' } },
      { index: 1, delta: {}, finish_reason: 'content_filter' },
    ]);
    expect(Buffer.from(writer.end()).toString()).toBe('data: [DONE]\n\n');
  });

  it('streams the deprecated function where functions were given', () => {
    const writer = client.streamWriter({ ...head, request: { functions: [] } });
    const text = [call, given, finish]
      .map((it) => Buffer.from(writer.write(it)).toString())
      .join('');
    expect(text).toContain('"delta":{"function_call":{"name":"f","arguments":""}}');
    expect(text).toContain('"delta":{"function_call":{"arguments":"{}"}}');
    expect(text).toContain('"finish_reason":"function_call"');
  });
});

describe('an answer put together', () => {
  it('keeps thoughts apart that were closed, and arguments of calls that never began out', () => {
    const answer = collectAnswer([
      { type: 'thinking', choice, text: 'a' },
      { type: 'thinking_signature', choice, signature: 's' },
      { type: 'thinking', choice, text: 'b' },
      { type: 'text', choice, text: '' },
      { type: 'tool_arguments', choice, index: 7, text: '{}' },
      { type: 'text', choice: 1, text: 'x' },
      { type: 'error', error: { message: '', type: null, code: null } },
    ]);
    expect(answer.choices.map((one) => one.parts)).toEqual([
      [
        { type: 'thinking', text: 'a', signature: 's' },
        { type: 'thinking', text: 'b', signature: null },
      ],
      [{ type: 'text', text: 'x' }],
    ]);
  });

  it('remembers only the first reason to refuse a request', () => {
    const intake = new RequestIntake();
    expect(intake.problem).toBeNull();
    intake.refuse('a', 'first');
    intake.refuse('b', 'second');
    expect(intake.problem).toEqual({ param: 'a', message: 'first' });
  });

  it('knows the formats of recordings', () => {
    expect(formatOfMediaType('audio/wav;rate=8000')).toBe('wav');
    expect(formatOfMediaType('image/png')).toBeNull();
  });
});
