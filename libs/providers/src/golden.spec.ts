import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ChatStreamObserver } from './openai/chat-stream-observer.js';

/**
 * One runner for every provider's recorded wire format: ../golden/openai/<case>.sse is what the provider sends,
 * <case>.json what must be read from it. Each file is cut at every byte: same output, same bill.
 */

const FOLDER = new URL('../golden/openai/', import.meta.url);
const CASES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.sse'))
  .map((name) => name.slice(0, -4));

function run(chunks: readonly Uint8Array[], removeUsageChunk: boolean) {
  const observer = new ChatStreamObserver({
    removeUsageChunk,
    inputTokensMax: 10_000,
    outputTokensMax: 10_000,
  });
  // Copied at once, as a socket would: bytes handed out must not change afterwards.
  const out = chunks.map((chunk) => observer.push(chunk)).concat();
  const forwarded = Buffer.concat([...out, observer.finish()]);
  const { usage, isUsageInvalid, finishReason, reportedModel, isDone, error } = observer;
  const text = observer.producedText();
  const read = { usage, isUsageInvalid, finishReason, reportedModel, isDone, error, text };
  return { forwarded, read, producedBytes: observer.producedBytes };
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

describe.each(CASES)('golden stream %s', (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(`${name}.sse`, FOLDER)));
  const expected: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
  const text = Buffer.from(bytes).toString('utf8');

  it('is read as recorded and passes unchanged', () => {
    const { forwarded, read, producedBytes } = run([bytes], false);
    expect(read).toEqual(expected);
    expect(forwarded.equals(bytes)).toBe(true);
    expect(producedBytes).toBeGreaterThanOrEqual(Buffer.byteLength(read.text));
  });

  it('loses only its usage chunk when the client did not ask for it', () => {
    const { forwarded, read } = run([bytes], true);
    expect(forwarded.toString('utf8')).toBe(withoutUsageOnlyEvents(text));
    expect(read).toEqual(expected);
  });

  it('gives the same bytes and the same bill cut at every byte', () => {
    for (const remove of [false, true]) {
      const whole = run([bytes], remove).forwarded;
      for (let cut = 1; cut < bytes.length; cut++) {
        const { forwarded, read } = run([bytes.subarray(0, cut), bytes.subarray(cut)], remove);
        if (!forwarded.equals(whole)) {
          expect.fail(`cut at ${String(cut)} changed the output`);
        }
        expect(read).toEqual(expected);
      }
    }
  });

  it('gives the same bytes and the same bill one byte at a time', () => {
    for (const remove of [false, true]) {
      const single = Array.from(bytes, (_, i) => bytes.slice(i, i + 1));
      const { forwarded, read } = run(single, remove);
      expect(forwarded.equals(run([bytes], remove).forwarded)).toBe(true);
      expect(read).toEqual(expected);
    }
  });
});
