import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANTHROPIC_CLIENT } from '../anthropic/client.js';
import { ANTHROPIC_UPSTREAM } from '../anthropic/upstream.js';
import { OPENAI_CHAT_CLIENT } from '../openai/chat-client.js';
import { OPENAI_CHAT_UPSTREAM } from '../openai/chat-upstream.js';
import type { AnswerEvent } from './answer-event.js';
import { collectAnswer } from './collect-answer.js';
import type { Conversation, Part, Turn } from './conversation.js';
import type { ClientSide, UpstreamSide } from './sides.js';
import { TranslatedStream } from '../pairs/translated-stream.js';

/** What a dialect writes, it reads back: a conversation sent upstream, and an answer given to a client. */

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const name = fc.stringMatching(/^[a-z_]{1,12}$/);
const base64 = fc.uint8Array({ maxLength: 12 }).map((it) => Buffer.from(it).toString('base64'));
const text: fc.Arbitrary<Part> = word.map((it) => ({ type: 'text', text: it }));
const image: fc.Arbitrary<Part> = fc.oneof(
  base64.map((data): Part => ({
    type: 'image',
    source: { kind: 'base64', mediaType: 'image/png', data },
  })),
  fc.constant<Part>({ type: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } }),
);
const file: fc.Arbitrary<Part> = base64.map((data) => ({
  type: 'file',
  source: { kind: 'base64', mediaType: 'application/pdf', data },
  name: 'a.pdf',
}));
const argumentsText = fc.dictionary(name, word, { maxKeys: 2 }).map((it) => JSON.stringify(it));

/** A user's turn, an assistant's with tools, and the results of those: the shape of every agent's loop. */
const exchange: fc.Arbitrary<readonly Turn[]> = fc
  .record({
    said: fc.array(fc.oneof(text, image, file), { minLength: 1, maxLength: 3 }),
    answered: fc.array(text, { minLength: 1, maxLength: 2 }),
    calls: fc.array(fc.record({ name, argumentsText }), { maxLength: 3 }),
    results: fc.array(word, { minLength: 3, maxLength: 3 }),
  })
  .map(({ said, answered, calls, results }) => {
    const turns: Turn[] = [
      { role: 'user', parts: said },
      {
        role: 'assistant',
        parts: [
          ...answered,
          ...calls.map((call, i): Part => ({ type: 'tool_call', id: `call_${i}`, ...call })),
        ],
      },
    ];
    if (calls.length === 0) return turns;
    const parts = calls.map((call, i): Part => ({
      type: 'tool_result',
      callId: `call_${i}`,
      name: call.name,
      parts: [{ type: 'text', text: results[i] ?? '' }],
      isError: false,
    }));
    return [...turns, { role: 'user', parts }, { role: 'assistant', parts: answered }];
  });

const conversation: fc.Arbitrary<Conversation> = fc.record({
  model: fc.constant('m'),
  system: fc.array(text, { maxLength: 2 }),
  turns: fc.array(exchange, { minLength: 1, maxLength: 3 }).map((it) => it.flat()),
  tools: fc.array(
    fc.record({
      name,
      description: fc.option(word),
      schema: fc.constant({ type: 'object', properties: { a: { type: 'string' } } }),
      strict: fc.constant(null),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  toolChoice: fc.oneof(
    fc.constantFrom(null, { type: 'auto' } as const, { type: 'required' } as const),
    name.map((it) => ({ type: 'tool', name: it }) as const),
  ),
  parallelTools: fc.constant(null),
  sampling: fc.record({
    temperature: fc.option(fc.constantFrom(0, 0.5, 1)),
    topP: fc.option(fc.constantFrom(0.1, 1)),
    topK: fc.constant(null),
    seed: fc.constant(null),
    // Nothing but space is no stop sequence to some.
    stop: fc.array(
      word.filter((it) => it.trim() !== ''),
      { maxLength: 2 },
    ),
    presencePenalty: fc.constant(null),
    frequencyPenalty: fc.constant(null),
  }),
  maxTokens: fc.integer({ min: 1, max: 4000 }),
  choices: fc.constant(1),
  stream: fc.boolean(),
  output: fc.constant({ type: 'text' } as const),
  reasoning: fc.constant(null),
  endUser: fc.option(name),
  extras: fc.constant({}),
});

const block: fc.Arbitrary<(choice: number) => readonly AnswerEvent[]> = fc.oneof(
  fc
    .array(word, { minLength: 1, maxLength: 3 })
    .map(
      (words) => (choice: number) =>
        words.map((it): AnswerEvent => ({ type: 'text', choice, text: it })),
    ),
);

const answer: fc.Arbitrary<readonly AnswerEvent[]> = fc
  .record({
    blocks: fc.array(block, { maxLength: 2 }),
    calls: fc.array(fc.record({ name, argumentsText }), { maxLength: 3 }),
    output: fc.nat(1000),
    cacheRead: fc.nat(100),
    length: fc.boolean(),
  })
  .map(({ blocks, calls, output, cacheRead, length }) => [
    { type: 'start', id: 'a', model: 'm' } as const,
    ...blocks.flatMap((write) => write(0)),
    ...calls.flatMap((call, index): AnswerEvent[] => [
      { type: 'tool_call', choice: 0, index, id: `call_${index}`, name: call.name },
      { type: 'tool_arguments', choice: 0, index, text: call.argumentsText },
    ]),
    {
      type: 'finish',
      choice: 0,
      reason: length ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop',
      stopSequence: null,
    },
    {
      type: 'usage',
      usage: { input: 10, cacheRead, cacheWrite5m: 0, cacheWrite1h: 0, output, reasoning: 0 },
    },
  ]);

interface Dialect {
  readonly name: string;
  readonly client: ClientSide;
  readonly upstream: UpstreamSide;
}

const DIALECTS: readonly Dialect[] = [
  { name: 'OpenAI chat', client: OPENAI_CHAT_CLIENT, upstream: OPENAI_CHAT_UPSTREAM },
  { name: 'Anthropic', client: ANTHROPIC_CLIENT, upstream: ANTHROPIC_UPSTREAM },
];

describe.each(DIALECTS)('$name', ({ client, upstream }) => {
  it('reads the conversation it wrote', () => {
    fc.assert(
      fc.property(conversation, (given) => {
        const written = upstream.writeRequest(given, {
          upstreamModel: 'm',
          maxTokens: null,
          maxTokensField: 'max_tokens',
          outputTokensMax: 8000,
        });
        if (!written.ok) throw new Error(written.problem.message);
        const sent: unknown = JSON.parse(JSON.stringify(written.request));
        expect(client.readRequest(sent)).toEqual({ ok: true, conversation: given, dropped: [] });
      }),
    );
  });

  const head = {
    answerId: 'a',
    nowS: 1,
    requestedModel: 'm',
    includeUsage: true,
    request: {},
  };

  it('reads the answer it wrote', () => {
    fc.assert(
      fc.property(answer, (events) => {
        const written: unknown = JSON.parse(JSON.stringify(client.writeAnswer(events, head)));
        expect(collectAnswer(upstream.readAnswer(written, {}))).toEqual(collectAnswer(events));
      }),
    );
  });

  it('reads the stream it wrote, however it is cut', () => {
    fc.assert(
      fc.property(answer, fc.integer({ min: 1, max: 50 }), (events, step) => {
        const writer = client.streamWriter(head);
        const bytes = Buffer.concat([...events.map((it) => writer.write(it)), writer.end()]);
        const read: AnswerEvent[] = [];
        const stream = new TranslatedStream({
          reader: upstream.streamReader({}),
          newWriter: () => ({
            write: (event) => (read.push(event), new Uint8Array(0)),
            end: () => new Uint8Array(0),
            fail: () => new Uint8Array(0),
          }),
          choices: 1,
          answerId: 'a',
        });
        for (let at = 0; at < bytes.length; at += step) stream.push(bytes.subarray(at, at + step));
        stream.finish();
        expect(stream.error).toBeNull();
        expect(collectAnswer(read)).toEqual(collectAnswer(events));
      }),
    );
  });
});
