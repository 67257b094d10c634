import { readdirSync, readFileSync } from 'node:fs';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { ANTHROPIC_UPSTREAM } from '../anthropic/upstream.js';
import { collectAnswer } from '../conversation/collect-answer.js';
import type { AnswerEvent } from '../conversation/answer-event.js';
import type { UpstreamSide } from '../conversation/sides.js';
import type { ClientDialect } from '../dialect/dialect.js';
import type { AnswerStream, Pair, PairStream } from '../dialect/pair.js';
import { PAIRS } from '../dialect/pairs.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { GEMINI_UPSTREAM } from '../gemini/upstream.js';
import { OPENAI_CHAT_UPSTREAM } from '../openai/chat-upstream.js';
import { readChatRequest } from '../openai/read-request.js';
import { TranslatedStream } from './translated-stream.js';

/**
 * A translated stream that runs out of budget: the events before the refused one were forwarded, that one was not, and
 * what ends the stream must fit what the client got. Tried after every event of every recorded stream.
 */

const GOLDEN = new URL('../../golden/pairs/upstreams/', import.meta.url);
const TRANSLATIONS = PAIRS.filter((pair) => !pair.passesBytes);
const read = readChatRequest({ model: 'asked', messages: [{}] });
if (!read.ok) throw new Error(read.problem.message);
const input = (reading = read.request): PairStream => ({
  reading,
  parsed: {},
  bounds: {},
  answerId: 'gen_1',
  nowS: 1,
  includeUsage: true,
});
const usage = {
  input: 3,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 1,
  reasoning: 0,
};
const FAULT: ErrorFacts = {
  code: 'killed',
  httpStatus: 499,
  errorType: 'server',
  message: 'Ended by an operator.',
  requestId: 'r',
};

/** Whoever reads a client's dialect, our own readers and the strictest of the SDKs. */
const READERS: Readonly<Partial<Record<ClientDialect, UpstreamSide>>> = {
  'openai-chat': OPENAI_CHAT_UPSTREAM,
  anthropic: ANTHROPIC_UPSTREAM,
  gemini: GEMINI_UPSTREAM,
};

function eventsOf(side: UpstreamSide, bytes: Uint8Array): readonly AnswerEvent[] {
  const events: AnswerEvent[] = [];
  const stream = new TranslatedStream({
    reader: side.streamReader({}),
    newWriter: () => ({
      write: (event) => (events.push(event), new Uint8Array(0)),
      end: () => new Uint8Array(0),
      fail: () => new Uint8Array(0),
    }),
    choices: 1,
    answerId: 'a',
  });
  stream.push(bytes);
  stream.finish();
  expect(stream.error).toBeNull();
  return events;
}

async function responseOf(bytes: Uint8Array): Promise<OpenAI.Responses.Response> {
  const client = new OpenAI({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(
        new Response(Buffer.from(bytes), { headers: { 'content-type': 'text/event-stream' } }),
      ),
  });
  return client.responses.stream({ model: 'm', input: 'Hi' }).finalResponse();
}

const framesOf = (file: string): readonly Buffer[] =>
  readFileSync(new URL(file, GOLDEN), 'utf8')
    .split(/(?<=\n\n)/)
    .map((frame) => Buffer.from(frame));

describe.each(TRANSLATIONS.map((pair) => [`${pair.client}-to-${pair.upstream}`, pair] as const))(
  '%s, stopped',
  (_name, pair: Pair) => {
    const files = readdirSync(new URL(`${pair.upstream}/`, GOLDEN)).filter((it) =>
      /^(text|tools|thinking)\.sse$/.test(it),
    );

    it.each(files)('ends what the client got of `%s`, wherever that is', async (file) => {
      const frames = framesOf(`${pair.upstream}/${file}`);
      for (let refused = 0; refused < frames.length; refused++) {
        const stream: AnswerStream = pair.stream(input());
        const got = frames.slice(0, refused).map((frame) => Buffer.from(stream.push(frame)));
        const isOver = stream.isDone;
        stream.push(frames[refused] ?? Buffer.alloc(0));
        const bytes = Buffer.concat([...got, Buffer.from(stream.stop(usage))]);
        if (isOver) continue;
        expect(bytes.toString().split(': x-weir-stop: budget')).toHaveLength(2);
        const side = READERS[pair.client];
        if (side !== undefined) {
          const { choices, usage: told } = collectAnswer(eventsOf(side, bytes));
          expect(told).toEqual(usage);
          expect(choices).toHaveLength(1);
        } else if (pair.client === 'openai-responses') {
          const response = await responseOf(bytes);
          expect(response.usage).toMatchObject({ input_tokens: 3, output_tokens: 1 });
          expect(['incomplete', 'completed']).toContain(response.status);
        } else {
          expect(bytes.toString().endsWith('data: [DONE]\n\n')).toBe(true);
        }
      }
    });

    it('finishes every answer that was asked for', () => {
      const stream = pair.stream(input({ ...read.request, choices: 2 }));
      const text = Buffer.from(stream.stop(null)).toString();
      expect(text).toContain(': x-weir-stop: budget');
      if (pair.client !== 'openai-chat' && pair.client !== 'openai-completions') return;
      expect(text.match(/"finish_reason":"length"/g)).toHaveLength(2);
    });

    it('fails in the client’s dialect, and says nothing after its end', () => {
      const stream = pair.stream(input());
      const [first = Buffer.alloc(0)] = framesOf(`${pair.upstream}/text.sse`);
      stream.push(first);
      expect(Buffer.from(stream.fail(FAULT)).toString()).toContain('Ended by an operator.');
      expect(stream.push(first)).toHaveLength(0);
      expect(stream.finish()).toHaveLength(0);
    });

    it('fails where an event is too long to be held, and where the answer is no JSON', () => {
      const stream = pair.stream(input());
      const out = stream.push(Buffer.from(`data: ${'x'.repeat(1_100_000)}`));
      expect(Buffer.from(out).toString()).toContain('too long to be translated');
      expect(stream.error?.code).toBe('event_too_long');
      expect(stream.push(Buffer.from('\n\n'))).toHaveLength(0);
      const answer = pair.answer(Buffer.from('words'), input());
      expect(answer.reading).toMatchObject({ usage: null, error: { code: 'unreadable_answer' } });
      expect(answer.producedText()).toBe('');
      expect(Buffer.from(answer.body).toString()).toContain('could not be read');
    });

    it('says nothing of events it cannot read, and fails where none was the last', () => {
      const stream = pair.stream(input());
      expect(
        stream.push(Buffer.from('data: {"no": JSON\n\ndata: 1\n\n: comment\n\n')),
      ).toHaveLength(0);
      expect(stream).toMatchObject({
        usage: null,
        promptUsage: null,
        producedBytes: 0,
        outputTokensBound: 0,
        isDone: false,
      });
      expect(Buffer.from(stream.finish()).toString()).toContain('ended before its answer did');
      expect(stream.error?.code).toBe('stream_ended_early');
    });
  },
);
