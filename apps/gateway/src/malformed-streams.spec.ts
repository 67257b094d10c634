import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { ProxyHarness, until, type UpstreamHandler } from './testing/proxy-harness.js';
import { ANSWER, answers, CONTENT, DONE, openStream, streams, usageChunk } from './testing/wire.js';

const sha = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

let harness: ProxyHarness;
afterEach(() => harness.stop());

const content = CONTENT.join('');
const withUsage = (usage: string): string =>
  `data: {"id":"c","model":"u","choices":[],"usage":${usage}}\n\n`;

/** Streams that pass as they are when the client asked for usage, and what they are charged by. */
const variants: readonly (readonly [string, string, 'reported' | 'counted'])[] = [
  ['CRLF line ends', (content + usageChunk() + DONE).replaceAll('\n', '\r\n'), 'reported'],
  ['CR line ends', (content + usageChunk() + DONE).replaceAll('\n', '\r'), 'reported'],
  ['no [DONE]', content + usageChunk(), 'reported'],
  ['no usage', content + DONE, 'counted'],
  ['neither usage nor [DONE]', content, 'counted'],
  ['two usage blocks', content + usageChunk(1, 1) + usageChunk() + DONE, 'reported'],
  [
    'a negative usage',
    content + withUsage('{"prompt_tokens":-1,"completion_tokens":5}') + DONE,
    'counted',
  ],
  [
    'a fractional usage',
    content + withUsage('{"prompt_tokens":1.5,"completion_tokens":5}') + DONE,
    'counted',
  ],
  [
    'a huge usage',
    content + withUsage('{"prompt_tokens":1e12,"completion_tokens":5}') + DONE,
    'counted',
  ],
  ['a null usage', content + withUsage('null') + DONE, 'counted'],
  ['events that are no JSON', `data: {oops\n\n${content}${usageChunk()}${DONE}`, 'reported'],
  [
    'comments and unknown fields',
    `: hi\n\nid: 7\nretry: 3\n${content}${usageChunk()}${DONE}`,
    'reported',
  ],
];

describe('a malformed stream', () => {
  it.each(variants)('with %s passes unaltered and is charged', async (_what, wire, source) => {
    harness = await ProxyHarness.start({ upstreams: [streams(wire)] });
    const res = await harness.chat({ stream: true, stream_options: { include_usage: true } });
    expect(sha(await res.text())).toBe(sha(wire));
    const row = harness.money.onlyRow();
    expect(row.source).toBe(source);
    expect(row.output_tokens).toBeGreaterThan(0);
    expect(row.input_tokens).toBeGreaterThan(0);
  });

  it('cut at every byte passes unaltered and costs the same', async () => {
    const wire = Buffer.from(content + usageChunk() + DONE);
    let cut = 1;
    const upstream: UpstreamHandler = (_req, res) => {
      openStream(res);
      res.write(wire.subarray(0, cut));
      setImmediate(() => res.end(wire.subarray(cut)));
    };
    harness = await ProxyHarness.start({ upstreams: [upstream] });
    for (; cut < wire.length; cut += 7) {
      const res = await harness.chat({ stream: true, stream_options: { include_usage: true } });
      expect(sha(await res.text())).toBe(sha(wire));
    }
    const costs = new Set(harness.money.ended.map(({ record }) => record.costNano));
    expect([...costs]).toEqual([22_000n]);
  });

  it('with an explicit usage of zero costs nothing', async () => {
    const zero = withUsage('{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}');
    harness = await ProxyHarness.start({ upstreams: [streams(content + zero + DONE)] });
    await (await harness.chat({ stream: true })).text();
    expect(harness.money.onlyRow()).toMatchObject({ source: 'reported', output_tokens: 0 });
    expect(harness.money.ended[0]?.record.costNano).toBe(0n);
  });

  it('with an error in the 200 passes it and charges nothing', async () => {
    const wire = 'data: {"error":{"message":"overloaded","code":"overloaded"}}\n\n';
    harness = await ProxyHarness.start({ upstreams: [streams(wire)] });
    expect(await (await harness.chat({ stream: true })).text()).toBe(wire);
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'upstream_unavailable',
      source: 'none',
    });
    expect(harness.money.ended[0]?.record.costNano).toBe(0n);
  });

  it('with an event of 2 MB passes it unread', async () => {
    const wire = `data: {"choices":[{"delta":{"content":"${'x'.repeat(2_000_000)}"}}]}\n\n${usageChunk()}${DONE}`;
    harness = await ProxyHarness.start({ upstreams: [streams(wire)] });
    const res = await harness.chat({ stream: true, stream_options: { include_usage: true } });
    expect(sha(await res.text())).toBe(sha(wire));
    expect(harness.money.onlyRow().source).toBe('reported');
  });

  it('that falls silent ends with an error event and is charged what came', async () => {
    const upstream: UpstreamHandler = (_req, res) => {
      openStream(res);
      res.write(content);
    };
    harness = await ProxyHarness.start({ upstreams: [upstream], limits: { idleMs: 60 } });
    const text = await (await harness.chat({ stream: true })).text();
    expect(text.startsWith(content)).toBe(true);
    expect(text).toContain('upstream_timeout');
    expect(text).toContain('"finish_reason":"error"');
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'upstream_timeout',
      source: 'counted',
    });
  });

  it('that drips for ever is cut at the total limit', async () => {
    const upstream: UpstreamHandler = (_req, res) => {
      openStream(res);
      const drip = setInterval(() => res.write(CONTENT[1] ?? ''), 5);
      res.on('close', () => {
        clearInterval(drip);
      });
    };
    harness = await ProxyHarness.start({ upstreams: [upstream], limits: { totalMs: 100 } });
    const text = await (await harness.chat({ stream: true })).text();
    expect(text).toContain('upstream_timeout');
    expect(harness.money.onlyRow().status).toBe('upstream_timeout');
  });
});

describe('a malformed answer', () => {
  it('without usage is counted', async () => {
    const body = '{"choices":[{"message":{"content":"one two three"}}]}';
    harness = await ProxyHarness.start({ upstreams: [answers(body)] });
    expect(await (await harness.chat()).text()).toBe(body);
    expect(harness.money.onlyRow()).toMatchObject({ source: 'counted', output_tokens: 3 });
  });

  it('that is no JSON passes and is counted', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers('plain words')] });
    expect(await (await harness.chat()).text()).toBe('plain words');
    expect(harness.money.onlyRow().source).toBe('counted');
  });

  it('that is an error in a 200 costs nothing', async () => {
    const body = '{"error":{"message":"no"}}';
    harness = await ProxyHarness.start({ upstreams: [answers(body)] });
    expect(await (await harness.chat()).text()).toBe(body);
    expect(harness.money.ended[0]?.record.costNano).toBe(0n);
  });

  it('larger than what is held back passes without a cost header, charged by its tail', async () => {
    const body = JSON.stringify({
      choices: [{ message: { content: 'x'.repeat(300_000) } }],
      usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
    });
    const upstream: UpstreamHandler = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      for (let at = 0; at < body.length; at += 20_000) res.write(body.slice(at, at + 20_000));
      res.end();
    };
    harness = await ProxyHarness.start({
      upstreams: [upstream],
      limits: { heldBackBytesMax: 50_000 },
    });
    const res = await harness.chat();
    expect(sha(await res.text())).toBe(sha(body));
    expect(res.headers.get('x-weir-cost')).toBeNull();
    expect(harness.money.onlyRow()).toMatchObject({ source: 'reported', output_tokens: 5 });
  });

  it('above the largest answer is cut and costs nothing', async () => {
    harness = await ProxyHarness.start({
      upstreams: [answers('x'.repeat(400_000))],
      limits: { heldBackBytesMax: 50_000, answerBytesMax: 100_000 },
    });
    await expect(harness.chat().then((res) => res.text())).rejects.toThrow();
    await until(() => harness.money.ended.length === 1, 'ended');
    expect(harness.money.ended[0]?.record.costNano).toBe(0n);
  });

  it('tells its cost in a header when it is short', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const res = await harness.chat();
    expect(await res.text()).toBe(ANSWER);
    expect(res.headers.get('x-weir-cost')).toBe('0.000022');
    expect(res.headers.get('x-weir-generation-id')).toMatch(/^gen_[0-9a-f-]{36}$/);
    expect(res.headers.get('x-request-id')).toBe(res.headers.get('request-id'));
  });
});
