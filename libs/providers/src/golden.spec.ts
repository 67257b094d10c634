import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readMessagesRequest } from './anthropic/read-request.js';
import { MessagesStream } from './anthropic/messages-stream.js';
import type { AnswerStream } from './dialect/pair.js';
import { GeminiAnswerStream } from './gemini/answer-stream.js';
import { readGeminiRequest } from './gemini/read-request.js';
import { ChatStreamObserver } from './openai/chat-stream-observer.js';
import type { RequestResult } from './openai/read-request.js';

/**
 * One runner for every provider's recorded wire format: ../golden/<dialect>/<case>.sse is what the provider sends,
 * <case>.json what must be read from it. Each file is cut at every byte: same output, same bill. A dialect is an
 * entry of `DIALECTS` and its folder.
 */

const BOUNDS = { inputTokensMax: 10_000, outputTokensMax: 10_000 };

/** What watches a stream while its bytes pass. */
type Watched = Omit<AnswerStream, 'stop' | 'fail'> & { readonly isUsageInvalid: boolean };

interface GoldenDialect {
  readonly folder: string;
  readonly open: (removesUsage: boolean) => Watched;
  /** What the client must get where usage is removed; null = this dialect never removes anything. */
  readonly withoutUsage: ((text: string) => string) | null;
}

const DIALECTS: readonly GoldenDialect[] = [
  {
    folder: 'openai',
    open: (removeUsageChunk) => new ChatStreamObserver({ removeUsageChunk, ...BOUNDS }),
    withoutUsage: withoutUsageOnlyEvents,
  },
  {
    folder: 'anthropic',
    open: () => new MessagesStream({ ...INPUT, reading: readingOf(readMessagesRequest(MESSAGES)) }),
    withoutUsage: null,
  },
  {
    folder: 'gemini',
    open: () => new GeminiAnswerStream({ ...INPUT, reading: readingOf(GENERATE) }),
    withoutUsage: null,
  },
];

const INPUT = { bounds: BOUNDS, answerId: 'gen_1', nowS: 1, includeUsage: true, parsed: null };
const MESSAGES = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
const GENERATE = readGeminiRequest(
  { contents: [{ parts: [{ text: 'Hi' }] }] },
  { model: 'm', stream: true },
);

function readingOf(result: RequestResult) {
  if (!result.ok) throw new Error(result.problem.message);
  return result.request;
}

function run(stream: Watched, chunks: readonly Uint8Array[]) {
  // Copied at once, as a socket would: bytes handed out must not change afterwards.
  const out = chunks.map((chunk) => stream.push(chunk)).concat();
  const forwarded = Buffer.concat([...out, stream.finish()]);
  const { usage, isUsageInvalid, finishReason, reportedModel, isDone, error } = stream;
  const text = stream.producedText();
  const told = { usage, isUsageInvalid, finishReason, reportedModel, isDone, error, text };
  const { promptUsage } = stream;
  const read = promptUsage === undefined ? told : { ...told, promptUsage };
  return { forwarded, read, bill: [stream.producedBytes, stream.outputTokensBound] };
}

/** Events as a naive reader sees them, those that say nothing but usage taken out. */
function withoutUsageOnlyEvents(text: string): string {
  return text
    .split(/(?<=(?:\r\n\r\n|\n\n|\r\r))(?!\n)/)
    .filter((event) => {
      const data = event
        .replace(/^\uFEFF/, '')
        .split(/\r\n|\n|\r/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
        .join('\n');
      try {
        const chunk = JSON.parse(data) as { usage?: unknown; choices?: unknown[] };
        return !(chunk.usage && (chunk.choices ?? []).length === 0);
      } catch {
        return true;
      }
    })
    .join('');
}

const CASES = DIALECTS.flatMap((dialect) => {
  const folder = new URL(`../golden/${dialect.folder}/`, import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.sse'));
  return names.map((file) => {
    const name = file.slice(0, -4);
    return { name: `${dialect.folder}/${name}`, dialect, at: new URL(name, folder).href };
  });
});

describe.each(CASES)('golden stream $name', ({ dialect, at }) => {
  const bytes = new Uint8Array(readFileSync(new URL(`${at}.sse`)));
  const expected: unknown = JSON.parse(readFileSync(new URL(`${at}.json`), 'utf8'));
  const text = Buffer.from(bytes).toString('utf8');
  const removals = dialect.withoutUsage === null ? [false] : [false, true];

  it('is read as recorded and passes unchanged', () => {
    const { forwarded, read, bill } = run(dialect.open(false), [bytes]);
    expect(read).toEqual(expected);
    expect(forwarded.equals(bytes)).toBe(true);
    expect(bill[0]).toBeGreaterThanOrEqual(Buffer.byteLength(read.text));
    expect(bill[1]).toBeGreaterThanOrEqual(bill[0] ?? 0);
  });

  if (dialect.withoutUsage !== null) {
    const { withoutUsage } = dialect;
    it('loses only its usage chunk when the client did not ask for it', () => {
      const { forwarded, read } = run(dialect.open(true), [bytes]);
      expect(forwarded.toString('utf8')).toBe(withoutUsage(text));
      expect(read).toEqual(expected);
    });
  }

  it('gives the same bytes and the same bill cut at every byte', () => {
    for (const remove of removals) {
      const whole = run(dialect.open(remove), [bytes]);
      for (let cut = 1; cut < bytes.length; cut++) {
        const parts = [bytes.subarray(0, cut), bytes.subarray(cut)];
        const { forwarded, read, bill } = run(dialect.open(remove), parts);
        if (!forwarded.equals(whole.forwarded)) {
          expect.fail(`cut at ${String(cut)} changed the output`);
        }
        expect(read).toEqual(expected);
        expect(bill).toEqual(whole.bill);
      }
    }
  });

  it('gives the same bytes and the same bill one byte at a time', () => {
    for (const remove of removals) {
      const single = Array.from(bytes, (_, i) => bytes.slice(i, i + 1));
      const whole = run(dialect.open(remove), [bytes]);
      const { forwarded, read, bill } = run(dialect.open(remove), single);
      expect(forwarded.equals(whole.forwarded)).toBe(true);
      expect(read).toEqual(expected);
      expect(bill).toEqual(whole.bill);
    }
  });
});
