import { afterEach, describe, expect, it } from 'vitest';
import { ProxyHarness, until, type UpstreamHandler } from './testing/proxy-harness.js';
import { ANSWER, CONTENT, DONE, openStream, usageChunk } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

/** Streams its content at once and the rest when told to. */
function gated(...rest: readonly string[]): {
  readonly upstream: UpstreamHandler;
  open: () => void;
  closed: boolean;
} {
  const gate = {
    open: () => undefined,
    closed: false,
    upstream: ((_req, res) => {
      openStream(res);
      for (const part of CONTENT) res.write(part);
      res.on('close', () => {
        gate.closed = true;
      });
      gate.open = () => {
        for (const part of rest) res.write(part);
        res.end();
        return undefined;
      };
    }) satisfies UpstreamHandler,
  };
  return gate;
}

/** Waits until the gateway noticed that its only client left. */
async function noticed(): Promise<void> {
  await until(
    () => [...(harness.running?.values() ?? [])].some((x) => x.clientGone),
    'the gateway saw it leave',
  );
}

async function readOneChunkThenLeave(): Promise<void> {
  const leaving = new AbortController();
  const res = await harness.chat({ stream: true }, {}, leaving.signal);
  const reader = res.body?.getReader();
  await reader?.read();
  leaving.abort();
}

/** Reads up to the end of the content; its usage has not come yet. */
async function readAllContentThenLeave(): Promise<void> {
  const leaving = new AbortController();
  const res = await harness.chat({ stream: true }, {}, leaving.signal);
  const reader = res.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes('"stop"')) {
    const part = await reader?.read();
    if (part === undefined || part.done) throw new Error('The stream ended too soon.');
    text += decoder.decode(part.value, { stream: true });
  }
  leaving.abort();
}

/** Takes the request and never answers. */
function gatedHead(): { readonly upstream: UpstreamHandler; called: boolean; closed: boolean } {
  const gate = {
    called: false,
    closed: false,
    upstream: ((_req, res) => {
      gate.called = true;
      res.on('close', () => {
        gate.closed = true;
      });
    }) satisfies UpstreamHandler,
  };
  return gate;
}

describe('a client that leaves', () => {
  it('in mid-stream is charged what the drained upstream reports', async () => {
    const gate = gated(usageChunk(12, 40), DONE);
    harness = await ProxyHarness.start({ upstreams: [gate.upstream] });
    await readOneChunkThenLeave();
    await noticed();
    gate.open();
    await until(() => harness.money.ended.length === 1, 'the stream is drained and ended');
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'client_closed',
      http_status: 499,
      source: 'drained',
      output_tokens: 40,
    });
  });

  it('in mid-stream is charged what was counted when upstream is not to be drained', async () => {
    const gate = gated();
    harness = await ProxyHarness.start({ upstreams: [gate.upstream], drains: false });
    await readOneChunkThenLeave();
    await until(() => harness.money.ended.length === 1, 'ended at once');
    const row = harness.money.onlyRow();
    expect(row).toMatchObject({ status: 'client_closed', source: 'counted' });
    expect(row.output_tokens).toBeGreaterThan(0);
    expect(row.input_tokens).toBeGreaterThan(0);
    await until(() => gate.closed, 'upstream is aborted');
  });

  it('after the last content is charged what upstream then reports', async () => {
    const gate = gated(usageChunk(12, 40), DONE);
    harness = await ProxyHarness.start({ upstreams: [gate.upstream] });
    await readAllContentThenLeave();
    await noticed();
    gate.open();
    await until(() => harness.money.ended.length === 1, 'the stream is drained and ended');
    expect(harness.money.onlyRow()).toMatchObject({ source: 'drained', output_tokens: 40 });
  });

  it('after the last content is charged what was counted when upstream is not to be drained', async () => {
    const gate = gated(usageChunk(12, 40), DONE);
    harness = await ProxyHarness.start({ upstreams: [gate.upstream], drains: false });
    await readAllContentThenLeave();
    await until(() => harness.money.ended.length === 1, 'ended at once');
    const row = harness.money.onlyRow();
    expect(row).toMatchObject({ source: 'counted', finish_reason: 'stop' });
    expect(row.output_tokens).toBeGreaterThan(0);
    expect(row.output_tokens).toBeLessThan(40);
    await until(() => gate.closed, 'upstream is aborted');
  });

  it.each([
    ['at once when upstream is not to be drained', false, 30_000],
    ['after the longest drain', true, 60],
  ])('before the first byte is charged its input, %s', async (_when, drains, drainMs) => {
    const silent = gatedHead();
    harness = await ProxyHarness.start({
      upstreams: [silent.upstream],
      drains,
      limits: { drainMs },
    });
    const leaving = new AbortController();
    const call = harness.chat({ stream: true }, {}, leaving.signal).catch(() => null);
    await until(() => silent.called, 'upstream has the request');
    leaving.abort();
    await call;
    await until(() => harness.money.ended.length === 1, 'ended');
    const row = harness.money.onlyRow();
    expect(row).toMatchObject({ status: 'client_closed', source: 'counted', output_tokens: 0 });
    expect(row.input_tokens).toBeGreaterThan(0);
    expect(harness.money.ended[0]?.charged.costNano).toBeGreaterThan(0n);
    await until(() => silent.closed, 'upstream is aborted');
  });

  it('is drained no longer than the limit, then charged what was counted', async () => {
    const gate = gated();
    harness = await ProxyHarness.start({ upstreams: [gate.upstream], limits: { drainMs: 60 } });
    await readOneChunkThenLeave();
    await until(() => harness.money.ended.length === 1, 'the drain ended');
    const row = harness.money.onlyRow();
    expect(row.source).toBe('counted');
    expect(row.output_tokens).toBeGreaterThan(0);
    await until(() => gate.closed, 'upstream is aborted');
  });

  it('before the first byte is charged what the answer it never saw cost', async () => {
    const finish: (() => void)[] = [];
    const upstream: UpstreamHandler = (_req, res) => {
      finish.push(() => res.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER));
    };
    harness = await ProxyHarness.start({ upstreams: [upstream] });
    const leaving = new AbortController();
    const call = harness.chat({}, {}, leaving.signal).catch(() => null);
    await until(() => finish.length === 1, 'upstream has the request');
    leaving.abort();
    await call;
    await noticed();
    finish[0]?.();
    await until(() => harness.money.ended.length === 1, 'ended');
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'client_closed',
      source: 'drained',
      output_tokens: 5,
    });
  });

  it('before anything was sent upstream costs nothing', async () => {
    harness = await ProxyHarness.start({ upstreams: [() => undefined] });
    let release = (): void => undefined;
    const waiting = new Promise<bigint>((resolve) => {
      release = () => {
        resolve(harness.money.balanceNano);
      };
    });
    let asked = false;
    harness.money.affordableNano = () => 0n;
    harness.money.queryAffordableNano = () => {
      asked = true;
      return waiting;
    };
    const leaving = new AbortController();
    const call = harness.chat({ max_tokens: undefined }, {}, leaving.signal).catch(() => null);
    await until(() => asked, 'the request waits for the database');
    leaving.abort();
    await call;
    await noticed();
    release();
    await until(() => harness.money.voided === 1, 'the hold is given back');
    expect(harness.money.begun).toHaveLength(0);
    expect(harness.money.open).toBe(0);
  });
});

describe('a killed request', () => {
  it('is charged its input when upstream had not answered yet', async () => {
    const silent = gatedHead();
    harness = await ProxyHarness.start({ upstreams: [silent.upstream] });
    const call = harness.chat({ stream: true });
    await until(() => silent.called, 'upstream has the request');
    const id = harness.running?.values()[0]?.hold?.id ?? '';
    expect(harness.running?.kill(id)).toBe(true);
    expect(harness.running?.kill(id)).toBe(true);
    expect((await call).status).toBe(499);
    const row = harness.money.onlyRow();
    expect(row).toMatchObject({ status: 'killed', source: 'counted' });
    expect(row.input_tokens).toBeGreaterThan(0);
  });
});
