import { describe, expect, it } from 'vitest';
import type { AnswerStream } from '../dialect/pair.js';
import { SSE_EVENT_BYTES_MAX } from '../sse/sse-relay.js';
import { GeminiAnswerStream } from './answer-stream.js';
import { isJsonArrayAsked, jsonArrayStream } from './json-array-stream.js';
import { readGeminiRequest } from './read-request.js';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (of: Uint8Array): string => Buffer.from(of).toString();
const words = (it: string): object => ({ candidates: [{ content: { parts: [{ text: it }] } }] });
const event = (chunk: object): Uint8Array => bytes(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
const LAST = {
  candidates: [{ finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1, totalTokenCount: 4 },
  modelVersion: 'gemini-x',
};

function open(): AnswerStream {
  const read = readGeminiRequest({ contents: [{}] }, { model: 'm', stream: true });
  if (!read.ok) throw new Error(read.problem.message);
  const { request: reading } = read;
  const input = { reading, parsed: null, bounds: {}, answerId: 'g', nowS: 1, includeUsage: true };
  return jsonArrayStream(new GeminiAnswerStream(input));
}

describe('a stream as one JSON array', () => {
  it('is asked for by leaving alt=sse out', () => {
    expect(['', '?key=x', '?alt=json', '?x=alt=sses'].map(isJsonArrayAsked)).toEqual(
      Array(4).fill(true),
    );
    const sse = ['alt=sse', '?alt=sse', '?key=x&alt=sse', '?$alt=sse&key=x', '?%24alt=SSE'];
    expect(sse.map(isJsonArrayAsked)).toEqual(Array(5).fill(false));
  });

  it('has the events as its elements, whole ones only', () => {
    const stream = open();
    const second = event(words('b'));
    const out = [
      stream.push(event(words('a'))),
      stream.push(second.subarray(0, 20)),
      stream.push(second.subarray(20)),
      stream.push(event(LAST)),
      stream.finish(),
    ].map(text);
    expect(out[0]).toBe(`[${JSON.stringify(words('a'))}`);
    expect(out[1]).toBe('');
    expect(out[3]).toBe('');
    expect(JSON.parse(out.join(''))).toEqual([words('a'), words('b'), LAST]);
  });

  it('tells what the events tell', () => {
    const stream = open();
    stream.push(event(words('ab')));
    stream.push(event(LAST));
    expect(stream.isDone).toBe(false);
    stream.finish();
    expect(stream).toMatchObject({
      isDone: true,
      isInsideEvent: false,
      finishReason: 'STOP',
      reportedModel: 'gemini-x',
      error: null,
      producedBytes: 2,
      outputTokensBound: 6,
      estimatedTokens: 1,
      usage: { input: 3, output: 1 },
      promptUsage: null,
    });
    expect(stream.producedText()).toBe('ab');
    expect(text(stream.keepAlive ?? bytes('?')).trim()).toBe('');
  });

  it('is an empty array where nothing came', () => {
    expect(text(open().finish())).toBe('[]');
  });

  it('leaves out what is no JSON, for it would spoil the rest', () => {
    const stream = open();
    const out = [
      stream.push(bytes(': comment\n\ndata: {"cut\n\n')),
      stream.push(event(words('a'))),
      stream.push(bytes('data: {"ended":true}')),
      stream.finish(),
    ];
    expect(JSON.parse(out.map(text).join(''))).toEqual([words('a'), { ended: true }]);
  });

  it('puts an event together that passes unread', () => {
    const stream = open();
    const long = words('x'.repeat(SSE_EVENT_BYTES_MAX + 1));
    const sent = event(long);
    const out = [
      stream.push(sent.subarray(0, -9)),
      stream.push(sent.subarray(-9)),
      stream.finish(),
    ];
    expect(JSON.parse(out.map(text).join(''))).toEqual([long]);
  });

  it('stops and fails with a last element', () => {
    const stopped = open();
    const begun = text(stopped.push(event(words('a'))));
    stopped.push(event(words('not forwarded')));
    const all = JSON.parse(begun + text(stopped.stop(null))) as { candidates: object[] }[];
    expect(all[1]?.candidates[0]).toMatchObject({ finishReason: 'MAX_TOKENS' });
    const atOnce = open();
    atOnce.push(event(words('not forwarded')));
    expect(JSON.parse(text(atOnce.stop(null)))).toHaveLength(1);
    const fault = { code: 'c', httpStatus: 500, errorType: 'e', message: 'm', requestId: 'r' };
    expect(JSON.parse(text(open().fail(fault)))).toMatchObject([{ error: { code: 500 } }]);
  });
});
