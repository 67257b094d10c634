import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseRelay } from './sse-relay.js';

/** Runs a stream through a relay that removes events whose data contain "drop". */
function relay(chunks: readonly Uint8Array[], eventBytesMax?: number) {
  const data: string[] = [];
  const relay = new SseRelay(
    {
      onData(bytes, start, end) {
        const text = Buffer.from(bytes.subarray(start, end)).toString('utf8');
        data.push(text);
        return !text.includes('drop');
      },
    },
    eventBytesMax,
  );
  const out = chunks.map((chunk) => relay.push(chunk));
  out.push(relay.finish());
  return { text: Buffer.concat(out).toString('utf8'), data, oversized: relay.oversizedEvents };
}

/** The format read naively, from the whole text at once. */
function naive(text: string): string[] {
  const found: string[] = [];
  let lines: string[] = [];
  for (const line of [...text.split(/\r\n|\n|\r/), '']) {
    if (line !== '') {
      if (/^data(:|$)/.test(line)) lines.push(line.slice(5).replace(/^ /, ''));
    } else if (lines.length > 0) {
      found.push(lines.join('\n'));
      lines = [];
    }
  }
  return found;
}

const cut = (bytes: Uint8Array, at: readonly number[]): Uint8Array[] => {
  const places = [...new Set(at.map((n) => n % (bytes.length + 1)))].sort((a, b) => a - b);
  // Each chunk in memory of its own, as sockets give them.
  return [...places, bytes.length].map((end, i) => bytes.slice(places[i - 1] ?? 0, end));
};

const nl = fc.constantFrom('\n', '\r\n', '\r');
const line = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((it) => `data: ${it.replace(/[\r\n]/g, '')}`),
  fc.constantFrom(
    'data: drop',
    'data:drop me',
    'data',
    'data:',
    ': comment',
    'event: x',
    'date: y',
    'd',
  ),
);
const event = fc
  .tuple(fc.array(line, { maxLength: 4 }), nl)
  .map(([lines, end]) => [...lines, ''].map((it) => it + end).join(''));
const stream = fc
  .tuple(fc.array(event, { maxLength: 8 }), fc.constantFrom('', 'data: unfinished', 'data: drop\n'))
  .map(([events, tail]) => events.join('') + tail);

describe('the event stream relay', () => {
  it('reads the same data as a naive reader of the whole text', () => {
    fc.assert(
      fc.property(stream, (text) => {
        expect(relay([Buffer.from(text)]).data).toEqual(naive(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives the same bytes and data however the stream is cut', () => {
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.integer({ min: 8, max: 80 }),
        (text, at, max) => {
          const bytes = new Uint8Array(Buffer.from(text));
          expect(relay(cut(bytes, at))).toEqual(relay([bytes]));
          expect(relay(cut(bytes, at), max)).toEqual(relay([bytes], max));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('passes everything when nothing is removed, oversized events included', () => {
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.integer({ min: 1, max: 60 }),
        (text, at, max) => {
          const plain = text.replaceAll('drop', 'keep');
          expect(relay(cut(new Uint8Array(Buffer.from(plain)), at), max).text).toBe(plain);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('returns the very same chunk when it holds whole events', () => {
    const sse = new SseRelay({ onData: () => true });
    const chunk = Buffer.from('data: a\n\ndata: b\n\n');
    expect(sse.push(chunk)).toBe(chunk);
    const empty = Buffer.alloc(0);
    expect(sse.push(empty)).toBe(empty);
  });

  it('passes an event above the limit unread and reads the next', () => {
    const long = `data: ${'x'.repeat(100)}\r\n\r\n`;
    const result = relay(
      `data: a\n\n${long}data: b\n\n`.split(/(?=[^])/u).map((it) => Buffer.from(it)),
      50,
    );
    expect(result.data).toEqual(['a', 'b']);
    expect(result.oversized).toBe(1);
    expect(result.text).toContain(long);
  });

  it('knows when it forwarded only part of an event', () => {
    const sse = new SseRelay({ onData: () => true }, 10);
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
    expect(text(sse.push(Buffer.from('data: 12345')))).toBe('data: 12345');
    expect(sse.isInsideEvent).toBe(true);
    expect(text(sse.push(Buffer.from('6\n\ndata')))).toBe('6\n\n');
    expect(sse.isInsideEvent).toBe(false);
  });

  it('takes a 4 MB line dripped in small pieces in linear time', () => {
    const sse = new SseRelay({ onData: () => true }, 8_000_000);
    const drip = Buffer.from('data: '.padEnd(64, 'x'));
    const start = performance.now();
    for (let i = 0; i < 65_536; i++) sse.push(drip);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(sse.finish().length).toBe(64 * 65_536);
  });
});
