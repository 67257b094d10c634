import { describe, expect, it } from 'vitest';
import type { PairStream } from '../dialect/pair.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { SSE_EVENT_BYTES_MAX } from '../sse/sse-relay.js';
import { PRODUCED_TEXT_BYTES_MAX } from '../text/text-buffer.js';
import { GeminiAnswerStream } from './answer-stream.js';
import { readGeminiRequest } from './read-request.js';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (of: Uint8Array): string => Buffer.from(of).toString();
const event = (chunk: object): Uint8Array => bytes(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
const words = (it: string, more: object = {}): Uint8Array =>
  event({ candidates: [{ content: { parts: [{ text: it }], role: 'model' } }], ...more });
const part = (it: object): Uint8Array => event({ candidates: [{ content: { parts: [it] } }] });
const end = (more: object = {}): Uint8Array =>
  event({ candidates: [{ finishReason: 'STOP', index: 0 }], ...more });

function input(config: object = {}): PairStream {
  const body = { contents: [{ parts: [] }], generationConfig: config };
  const read = readGeminiRequest(body, { model: 'm', stream: true });
  if (!read.ok) throw new Error(read.problem.message);
  return {
    reading: read.request,
    parsed: body,
    bounds: {},
    answerId: 'gen_1',
    nowS: 1,
    includeUsage: true,
  };
}
function streamOf(...chunks: Uint8Array[]): GeminiAnswerStream {
  const stream = new GeminiAnswerStream(input());
  for (const chunk of chunks) stream.push(chunk);
  return stream;
}

const FAULT: ErrorFacts = {
  code: 'upstream_timeout',
  httpStatus: 504,
  errorType: 'timeout',
  message: 'Too slow.',
  requestId: 'req_1',
};
const USAGE = {
  input: 3,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 1,
  reasoning: 0,
};

describe('a Gemini stream that passes', () => {
  it('forwards a chunk of whole events as the very same object', () => {
    const stream = streamOf();
    const chunk = words('Hi');
    expect(stream.push(chunk)).toBe(chunk);
  });

  it('holds the event that ends the answer back until the upstream ends', () => {
    const stream = streamOf();
    const last = end();
    expect(stream.push(last)).toHaveLength(0);
    expect(stream.isDone).toBe(false);
    expect(text(stream.finish())).toBe(text(last));
    expect(stream.isDone).toBe(true);
  });

  it.each([
    ['a refused prompt', event({ promptFeedback: { blockReason: 'SAFETY' } })],
    ['an error', event({ error: { code: 500, message: 'no', status: 'INTERNAL' } })],
  ])('holds %s back too', (_what, last) => {
    const stream = streamOf();
    expect(stream.push(last)).toHaveLength(0);
    expect(text(stream.finish())).toBe(text(last));
  });

  it('lets the held event go when another comes, in order', () => {
    const stream = streamOf();
    const first = end();
    const second = words('of another candidate');
    expect(stream.push(first)).toHaveLength(0);
    expect(stream.push(second.subarray(0, 9))).toHaveLength(0);
    expect(stream.push(second.subarray(9))).toBe(first);
    expect(text(stream.finish())).toBe(text(second));
    expect(stream.finish()).toHaveLength(0);
  });

  it('is not done when the upstream ends without a word', () => {
    const stream = streamOf(words('Hi'));
    expect(stream.finish()).toHaveLength(0);
    expect(stream.isDone).toBe(false);
  });

  it('takes the usage of the last event that has a valid one', () => {
    const at = (candidatesTokenCount: number): object => ({
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount },
    });
    const stream = streamOf(words('a', at(1)), words('b', at(2)), words('c', at(-1)));
    expect(stream.usage?.output).toBe(2);
    expect(stream.isUsageInvalid).toBe(false);
    expect(streamOf(words('c', at(-1))).isUsageInvalid).toBe(true);
  });

  it('bounds the tokens by the bytes, or by what is reported where thoughts are hidden', () => {
    const stream = streamOf();
    expect(stream.outputTokensBound).toBe(0);
    stream.push(words('Grüße'));
    expect(stream.outputTokensBound).toBe(7 + 4);
    stream.push(part({ functionCall: { name: 'f' } }));
    expect(stream.outputTokensBound).toBe(7 + 3 + 16 + 4);
    const reported = (thoughtsTokenCount: number): object => ({
      usageMetadata: { promptTokenCount: 1, thoughtsTokenCount },
    });
    stream.push(event(reported(500)));
    expect(stream.outputTokensBound).toBe(500);
    stream.push(event(reported(400)));
    expect(stream.outputTokensBound).toBe(500);
    expect(streamOf(event(reported(9))).outputTokensBound).toBe(9);
  });

  it('bounds a generated picture by what one costs, not by its bytes', () => {
    const picture = { inlineData: { mimeType: 'image/png', data: 'A'.repeat(10_000) } };
    const stream = streamOf(part(picture));
    expect(stream.outputTokensBound).toBe(4_096 + 4);
    expect(stream.producedText()).toBe('');
    expect(streamOf(part({ inlineData: { data: 'AAAA' } })).outputTokensBound).toBe(8);
  });

  it('estimates by the reported usage, or below the bytes', () => {
    const stream = streamOf(words('a'), words('b'.repeat(60)));
    expect(stream.estimatedTokens).toBe(10);
    stream.push(words('c', { usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 17 } }));
    expect(stream.estimatedTokens).toBe(17);
  });

  it('keeps words, thoughts, calls and code for counting, up to a limit', () => {
    const stream = streamOf(
      words('a'),
      part({ text: 'b', thought: true }),
      part({ functionCall: { name: 'f', args: { x: 1 } } }),
      part({ functionCall: { id: 'nameless' } }),
      part({ executableCode: { language: 'PYTHON', code: 'c' } }),
      part({ codeExecutionResult: { output: 'not the model’s' } }),
    );
    expect(stream.producedText()).toBe('abf{"x":1}{}c');
    const long = 'x'.repeat(1_000_000);
    const endless = streamOf(...Array.from({ length: 6 }, () => words(long)));
    expect(endless.producedBytes).toBe(6_000_000);
    expect(endless.producedText().length).toBeLessThanOrEqual(PRODUCED_TEXT_BYTES_MAX);
  });

  it('survives bytes that are no chunk', () => {
    const odd = [null, [1], { candidates: 7 }, { candidates: [7, { content: { parts: [7] } }] }];
    const stream = streamOf(bytes('data: {"candidates":[\n\n'), ...odd.map((it) => event({ it })));
    stream.push(bytes(odd.map((it) => `data: ${JSON.stringify(it)}\n\n`).join('')));
    expect([stream.usage, stream.finishReason, stream.producedBytes]).toEqual([null, null, 0]);
  });

  it('cuts names of absurd length', () => {
    const stream = streamOf(
      event({ modelVersion: 'm'.repeat(900), candidates: [{ finishReason: 'x'.repeat(900) }] }),
    );
    expect(stream.reportedModel).toHaveLength(300);
    expect(stream.finishReason).toHaveLength(100);
  });

  it('stops every candidate with MAX_TOKENS and the usage', () => {
    const stream = new GeminiAnswerStream(input({ candidateCount: 2 }));
    stream.push(words('Hi', { modelVersion: 'gemini-x', responseId: 'r1' }));
    const [last, comment] = text(stream.stop(USAGE)).split('\r\n\r\n');
    expect(JSON.parse(last?.slice(6) ?? '')).toEqual({
      candidates: [0, 1].map((index) => ({
        content: { parts: [{ text: '' }], role: 'model' },
        finishReason: 'MAX_TOKENS',
        index,
      })),
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1, totalTokenCount: 4 },
      modelVersion: 'gemini-x',
      responseId: 'r1',
    });
    expect(comment).toBe(': x-weir-stop: budget\n\n');
    expect(text(streamOf().stop(null))).not.toMatch(/usageMetadata|modelVersion|responseId/);
  });

  it('fails with Google’s error object as its last chunk', () => {
    const failed = text(streamOf(words('Hi')).fail(FAULT));
    expect(failed).toMatch(/^data: \{"error":\{"code":504,.*"DEADLINE_EXCEEDED".*\}\r\n\r\n$/);
  });

  it('closes an oversized event before it puts an end of its own', () => {
    const long = bytes(`data: ${'x'.repeat(SSE_EVENT_BYTES_MAX + 1)}`);
    const stream = streamOf(long);
    expect(stream.isInsideEvent).toBe(true);
    expect(text(stream.fail(FAULT)).startsWith('\r\n\r\ndata: ')).toBe(true);
    stream.push(bytes('\n\n'));
    expect(stream.isInsideEvent).toBe(false);
    expect(text(stream.stop(null)).startsWith('\r\n\r\ndata: ')).toBe(true);
    const held = streamOf(end(), long);
    expect(held.isInsideEvent).toBe(false);
    expect(held.push(bytes('\n\n'))).toBe(long);
    expect(held.isInsideEvent).toBe(true);
    expect(text(held.finish())).toBe('\n\n');
  });
});
