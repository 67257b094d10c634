import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnswerStream } from '../dialect/pair.js';
import { TranslatedStream } from '../pairs/translated-stream.js';
import { GeminiAnswerStream } from './answer-stream.js';
import { GEMINI_CLIENT } from './client.js';
import { jsonArrayStream } from './json-array-stream.js';
import { readGeminiRequest } from './read-request.js';
import { GEMINI_UPSTREAM } from './upstream.js';

/**
 * The recorded streams of ../../golden/gemini in their other forms: as one JSON array, and read and written anew as
 * neutral events. Each is cut at every byte: same output, same bill.
 */

const FOLDER = new URL('../../golden/gemini/', import.meta.url);
const CASES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.sse'))
  .map((name) => name.slice(0, -4));
const BOUNDS = { inputTokensMax: 10_000, outputTokensMax: 10_000 };

function open(): AnswerStream {
  const read = readGeminiRequest({ contents: [{}] }, { model: 'm', stream: true });
  if (!read.ok) throw new Error(read.problem.message);
  const common = { answerId: 'g', nowS: 1, includeUsage: true, parsed: null };
  return new GeminiAnswerStream({ reading: read.request, bounds: BOUNDS, ...common });
}

function translated(): AnswerStream {
  const head = { answerId: 'g', nowS: 1, requestedModel: 'm', includeUsage: true, request: null };
  return new TranslatedStream({
    reader: GEMINI_UPSTREAM.streamReader(BOUNDS),
    newWriter: () => GEMINI_CLIENT.streamWriter(head),
    choices: 1,
    answerId: 'g',
  });
}

function run(stream: AnswerStream, chunks: readonly Uint8Array[]) {
  const out = chunks.map((chunk) => stream.push(chunk)).concat();
  const text = Buffer.concat([...out, stream.finish()]).toString();
  const { usage, finishReason, error, producedBytes, outputTokensBound } = stream;
  return { text, usage, finishReason, error, producedBytes, outputTokensBound };
}

/** The events' JSON as a naive reader sees it. */
function eventsOf(sse: string): readonly unknown[] {
  const events: unknown[] = [];
  for (const event of sse.replace(/^\uFEFF/, '').split(/\r\n\r\n|\n\n|\r\r/)) {
    const lines = event.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'));
    try {
      events.push(JSON.parse(lines.map((line) => line.slice(5)).join('\n')));
    } catch {
      // SyntaxError: what is no JSON is left out.
    }
  }
  return events;
}

describe.each(CASES)('golden stream gemini/%s', (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(`${name}.sse`, FOLDER)));
  const expected = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as {
    usage: unknown;
  };
  const forms = [
    ['as one JSON array', () => jsonArrayStream(open())],
    ['translated', translated],
  ] as const;

  it('has the same events as elements of an array', () => {
    const array = run(jsonArrayStream(open()), [bytes]).text;
    expect(JSON.parse(array)).toEqual(eventsOf(Buffer.from(bytes).toString()));
  });

  it('is billed the same when translated, in events that are all JSON', () => {
    const { text, usage } = run(translated(), [bytes]);
    expect(usage).toEqual(expected.usage);
    expect(eventsOf(text)).toHaveLength(text.split('\r\n\r\n').length - 1);
  });

  it.each(forms)('gives the same output and the same bill %s, cut at every byte', (_how, begin) => {
    const whole = run(begin(), [bytes]);
    for (let cut = 1; cut < bytes.length; cut++) {
      const cutOnce = run(begin(), [bytes.subarray(0, cut), bytes.subarray(cut)]);
      if (cutOnce.text !== whole.text) expect.fail(`cut at ${String(cut)} changed the output`);
      expect(cutOnce).toEqual(whole);
    }
    const single = Array.from(bytes, (_, i) => bytes.slice(i, i + 1));
    expect(run(begin(), single)).toEqual(whole);
  });
});
