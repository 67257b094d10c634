import { afterEach, describe, expect, it } from 'vitest';
import {
  anyKey,
  anyLimits,
  KEY,
  ProxyHarness,
  until,
  type UpstreamHandler,
} from './testing/proxy-harness.js';
import {
  answers,
  chunkOf,
  CONTENT,
  DONE,
  openStream,
  streams,
  usageChunk,
} from './testing/wire.js';

const OTHER_KEY = '33333333-3333-4333-8333-333333333333';
let harness: ProxyHarness;
afterEach(() => harness.stop());

/** A stream of many words, each its own event. */
const words = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => chunkOf({ content: ` word${String(n)}` }));

describe('a stream that outgrows its slice', () => {
  it('asks for more before the slice is used up, and passes whole', async () => {
    const wire = [...words(200), usageChunk(12, 400), DONE];
    harness = await ProxyHarness.start({
      upstreams: [streams(...wire)],
      limits: { sliceTokens: 256 },
    });
    const res = await harness.chat({
      stream: true,
      max_tokens: 5_000,
      stream_options: { include_usage: true },
    });
    expect(await res.text()).toBe(wire.join(''));
    expect(harness.money.extended).toBeGreaterThan(2);
    expect(harness.money.open).toBe(0);
  });

  it('waits for a slice that has to be fetched', async () => {
    const wire = [...words(100), usageChunk(12, 400), DONE];
    harness = await ProxyHarness.start({
      upstreams: [streams(...wire)],
      limits: { sliceTokens: 128 },
    });
    for (let n = 0; n < 40; n += 1) {
      harness.money.extensions.push(
        new Promise((resolve) => {
          setImmediate(() => {
            resolve(true);
          });
        }),
      );
    }
    const res = await harness.chat({
      stream: true,
      max_tokens: 5_000,
      stream_options: { include_usage: true },
    });
    expect(await res.text()).toBe(wire.join(''));
  });

  it('stops cleanly with finish reason length when a slice is refused', async () => {
    let aborted = false;
    const upstream: UpstreamHandler = (_req, res) => {
      openStream(res);
      res.on('close', () => {
        aborted = !res.writableFinished;
      });
      for (const word of words(300)) res.write(word);
    };
    harness = await ProxyHarness.start({ upstreams: [upstream], limits: { sliceTokens: 256 } });
    for (let n = 0; n < 50; n += 1) harness.money.extensions.push(false);
    const res = await harness.chat({ stream: true, max_tokens: 5_000 });
    const text = await res.text();
    expect(text).toContain('"finish_reason":"length"');
    expect(text).toContain(': x-weir-stop: budget');
    expect(text.endsWith(DONE)).toBe(true);
    const row = harness.money.onlyRow();
    expect(row).toMatchObject({ status: 'ok', finish_reason: 'length', source: 'counted' });
    expect(row.output_tokens).toBeGreaterThan(0);
    expect(row.output_tokens).toBeLessThanOrEqual(256);
    await until(() => aborted, 'upstream is aborted');
  });

  it('never holds slices of a model that bills hidden output', async () => {
    harness = await ProxyHarness.start({
      upstreams: [streams(...CONTENT, usageChunk(), DONE)],
      model: { hiddenOutput: true },
    });
    await (await harness.chat({ stream: true, max_tokens: 5_000 })).text();
    expect(harness.money.extended).toBe(0);
    // 5,000 tokens of output at 2 units per million, and the input's bytes.
    expect(harness.money.ended[0]?.hold.heldByKind[0]).toBeGreaterThanOrEqual(10_000_000n);
  });
});

describe('a stream whose request asks the model to think', () => {
  it.each([
    ['an effort', { reasoning_effort: 'high' }, 0],
    ['no effort', { reasoning_effort: 'none' }, 1],
  ] as const)('with %s is held whole or in slices', async (_what, asked, extensionsMin) => {
    const wire = [...words(200), usageChunk(12, 400), DONE];
    harness = await ProxyHarness.start({
      upstreams: [streams(...wire)],
      limits: { sliceTokens: 256 },
    });
    await (await harness.chat({ stream: true, max_tokens: 5_000, ...asked })).text();
    // Thoughts that are not shown are billed all the same: no slice could cover them in time.
    if (extensionsMin === 0) expect(harness.money.extended).toBe(0);
    else expect(harness.money.extended).toBeGreaterThanOrEqual(extensionsMin);
  });
});

describe('the output bound', () => {
  it('is the largest affordable when the client gives none, and is sent upstream', async () => {
    let seen: unknown = null;
    const upstream: UpstreamHandler = (req, res, body) => {
      seen = JSON.parse(body.toString());
      answers()(req, res, body);
    };
    harness = await ProxyHarness.start({ upstreams: [upstream] });
    // Worth about 1,000 output tokens after the input.
    harness.money.balanceNano = 2_100_000n;
    expect((await harness.chat({ max_tokens: undefined })).status).toBe(200);
    expect(seen).toMatchObject({ max_tokens: expect.any(Number) });
    const sent = seen as { max_tokens: number };
    expect(sent.max_tokens).toBeGreaterThan(900);
    expect(sent.max_tokens).toBeLessThan(1_050);
  });

  it('is the usual one where the model’s cap is unknown, whatever its context', async () => {
    const sent: string[] = [];
    harness = await ProxyHarness.start({
      upstreams: [
        (_req, res, body) => {
          sent.push(body.toString());
          streams(...CONTENT, usageChunk(), DONE)(_req, res, body);
        },
      ],
      model: { outputTokensMax: null, contextTokens: 1_000_000 },
    });
    await (await harness.chat({ stream: true, max_tokens: undefined })).text();
    expect(JSON.parse(sent[0] ?? '')).toMatchObject({ max_tokens: 16_384 });
  });

  it('is the model’s cap when the account can afford it', async () => {
    let seen: unknown = null;
    const upstream: UpstreamHandler = (req, res, body) => {
      seen = JSON.parse(body.toString());
      streams(...CONTENT, usageChunk(), DONE)(req, res, body);
    };
    harness = await ProxyHarness.start({ upstreams: [upstream] });
    await (await harness.chat({ max_tokens: undefined, stream: true })).text();
    expect(seen).toMatchObject({ max_tokens: 8_000 });
  });

  it('below 64 affordable tokens refuses with 402 and the figures to act on', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    harness.money.balanceNano = 100_000n;
    const res = await harness.chat({ max_tokens: undefined });
    expect(res.status).toBe(402);
    expect(res.headers.get('x-should-retry')).toBe('false');
    expect(await res.json()).toMatchObject({
      error: {
        code: 'insufficient_balance',
        scope: 'balance',
        limit: '0.0001',
        used: '0',
        held: '0',
        retry_after: null,
      },
    });
    expect(harness.money.refused).toHaveLength(1);
    expect(harness.money.refused[0]?.status).toBe('insufficient_balance');
  });

  it('counts the input exactly where its bytes alone would refuse', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    // 100 output tokens and about 1,010 input tokens; its 4,000 bytes would be too dear.
    harness.money.balanceNano = 200_000n + 1_500_000n;
    const content = 'four '.repeat(1_000);
    const res = await harness.chat({ messages: [{ role: 'user', content }] });
    expect(res.status).toBe(200);
  });

  it('holds what a provider may add for tools, however exactly the input was counted', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    harness.money.balanceNano = 200_000n + 1_500_000n;
    const tools = [{ type: 'function', function: { name: 'x', parameters: { type: 'object' } } }];
    const messages = [{ role: 'user', content: 'four '.repeat(1_000) }];
    expect((await harness.chat({ messages, tools })).status).toBe(402);
    harness.money.balanceNano += 1_000_000n;
    expect((await harness.chat({ messages, tools })).status).toBe(200);
  });

  it('counts texts anew wherever they stand', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    harness.money.balanceNano = 200_000n + 1_500_000n;
    const content = [{ type: 'refusal', refusal: 'four '.repeat(10_000) }];
    const res = await harness.chat({ messages: [{ role: 'assistant', content }] });
    expect(res.status).toBe(402);
  });

  it('counts a prompt that holds marks of the tokenizer as text', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    harness.money.balanceNano = 200_000n + 1_500_000n;
    const content = `<|endoftext|>${'four '.repeat(1_000)}`;
    const res = await harness.chat({ messages: [{ role: 'user', content }] });
    expect(res.status).toBe(200);
  });

  it('holds every choice that is asked for', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    harness.money.balanceNano = 1_000_000n;
    expect((await harness.chat({ n: 2 })).status).toBe(200);
    expect((await harness.chat({ n: 8 })).status).toBe(402);
  });
});

describe('a key’s own limits', () => {
  it('refuses more at once than it may run, and frees the slot at the end', async () => {
    const finish: (() => void)[] = [];
    const upstream: UpstreamHandler = (req, res, body) => {
      finish.push(() => {
        answers()(req, res, body);
      });
    };
    harness = await ProxyHarness.start({
      upstreams: [upstream],
      keys: { [KEY]: anyKey(anyLimits({ concurrentRequests: 1 })) },
    });
    const first = harness.chat();
    await until(() => finish.length === 1, 'the first runs');
    const second = await harness.chat();
    expect(second.status).toBe(429);
    expect(second.headers.get('retry-after')).toBe('1');
    expect(await second.json()).toMatchObject({ error: { code: 'concurrency_limit_exceeded' } });
    finish[0]?.();
    expect((await first).status).toBe(200);
    const third = harness.chat();
    await until(() => finish.length === 2, 'the third runs');
    finish[1]?.();
    expect((await third).status).toBe(200);
  });

  it('refuses requests above its rate and tells what is left', async () => {
    harness = await ProxyHarness.start({
      upstreams: [answers()],
      keys: { [KEY]: anyKey(anyLimits({ requestsPerMinute: 2 })) },
    });
    const first = await harness.chat();
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    await harness.chat();
    const third = await harness.chat();
    expect(third.status).toBe(429);
    expect(await third.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
  });

  it('logs at most ten refusals a second', async () => {
    harness = await ProxyHarness.start({
      upstreams: [answers()],
      keys: { [KEY]: anyKey({ allowedModels: new Set(['other']) }) },
      limits: { refusalsPerSecond: 3 },
    });
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => (await harness.chat()).status),
    );
    expect(new Set(statuses)).toEqual(new Set([403]));
    expect(harness.money.refused.length).toBeLessThanOrEqual(6);
    expect(harness.money.refused[0]).toMatchObject({
      status: 'model_not_allowed',
      http_status: 403,
    });
  });

  it('counts further refusals in one row, written each minute and at the end', async () => {
    harness = await ProxyHarness.start({
      upstreams: [answers()],
      keys: {
        [KEY]: anyKey({ allowedModels: new Set(['other']) }),
        other: anyKey({ id: OTHER_KEY, allowedModels: new Set(['other']) }),
      },
      limits: { refusalsPerSecond: 0 },
    });
    for (let i = 0; i < 3; i += 1) await harness.chat();
    await harness.chat({ model: 'unknown' });
    await harness.chat({}, { authorization: 'Bearer other' });
    expect(harness.money.refused).toHaveLength(0);
    harness.refusals?.flush();
    expect(harness.money.refused).toMatchObject([
      { key: anyKey().id, status: 'model_not_allowed', http_status: 403, refusals: 4 },
      { key: OTHER_KEY, status: 'model_not_allowed', refusals: 1 },
    ]);
    await harness.chat({ model: 'unknown' });
    harness.refusals?.stop();
    expect(harness.money.refused).toHaveLength(3);
    expect(harness.money.refused[2]).toMatchObject({ status: 'model_not_found', refusals: 1 });
  });

  it('sheds what is above the process’s own limit', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()], limits: { inFlightMax: 0 } });
    const res = await harness.chat();
    expect(res.status).toBe(503);
    expect(await res.json()).toMatchObject({ error: { code: 'overloaded' } });
    expect(res.headers.get('retry-after')).toBe('1');
  });
});
