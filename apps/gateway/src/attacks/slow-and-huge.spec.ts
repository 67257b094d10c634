import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createPgPool } from '@weir/platform';
import { afterEach, describe, expect, it } from 'vitest';
import { GATEWAY_LIMITS } from '../limits.js';
import {
  KEY,
  ProxyHarness,
  until,
  type HarnessInput,
  type UpstreamHandler,
} from '../testing/proxy-harness.js';
import { openSocket, rawExchange } from '../testing/raw-socket.js';
import { ANSWER, answers, chunkOf, DONE, openStream, usageChunk } from '../testing/wire.js';

let harness: ProxyHarness;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await harness.stop();
  for (const close of closers.splice(0)) await close();
});

const start = async (more: Partial<HarnessInput> = {}): Promise<void> => {
  harness = await ProxyHarness.start({ upstreams: [answers()], ...more });
};

const body = '{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":9}';
const head =
  `POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${KEY}\r\n` +
  `content-type: application/json\r\n`;

describe('every timeout and limit of the specification', () => {
  const MB = 1024 * 1024;
  it.each([
    ['headMs', 10_000],
    ['bodyIdleMs', 30_000],
    ['bodyTotalMs', 120_000],
    ['connectionsCheckMs', 1_000],
    ['keepAliveMs', 65_000],
    ['headBytesMax', 16 * 1024],
    ['headersMax', 100],
    ['bodyBytesMax', 10 * MB],
    ['visionBodyBytesMax', 25 * MB],
    ['offThreadBytes', MB],
    ['connectMs', 5_000],
    ['firstByteMs', 120_000],
    ['idleMs', 60_000],
    ['totalMs', 15 * 60_000],
    ['drainMs', 30_000],
    ['writeIdleMs', 60_000],
    ['failoverWindowMs', 10_000],
    ['attemptsMax', 3],
    ['answerBytesMax', 64 * MB],
    ['streamBufferBytesMax', 256 * 1024],
    ['inFlightMax', 5_000],
    ['loopDelayShedMs', 200],
    ['keepAliveCommentMs', 15_000],
    ['incompleteConnectionsPerAddress', 100],
  ] as const)('%s is %d', async (name, figure) => {
    await start();
    expect(GATEWAY_LIMITS[name]).toBe(figure);
  });

  it('stands in every pool of PostgreSQL connections', async () => {
    await start();
    const config = { databaseUrl: 'postgres://127.0.0.1:1/none', process: 'gateway' } as const;
    const pool = createPgPool(config, { max: 1 });
    expect(pool.options).toMatchObject({ connectionTimeoutMillis: 1_000, query_timeout: 2_500 });
    for (const setting of [
      'statement_timeout=2000',
      'lock_timeout=1000',
      'idle_in_transaction_session_timeout=5000',
    ]) {
      expect(pool.options.options).toContain(`-c ${setting}`);
    }
    await pool.end();
  });
});

describe('a slow client (K2, K3)', () => {
  const quick = { connectionsCheckMs: 20 };

  it('that never ends its head is answered 408 and cut', async () => {
    await start({ limits: { ...quick, headMs: 100 } });
    const text = await rawExchange(
      harness.port,
      'POST /v1/chat/completions HTTP/1.1\r\nhost:',
      /never/,
    );
    expect(text).toContain('408 Request Timeout');
  });

  it('that sends its head byte by byte is cut all the same', async () => {
    await start({ limits: { ...quick, headMs: 100 } });
    const socket = await openSocket(harness.port);
    socket.resume();
    const drip = setInterval(() => socket.write('a'), 10);
    await once(socket, 'close');
    clearInterval(drip);
    expect(harness.money.begun).toHaveLength(0);
  });

  it('that sends its body byte by byte is cut at the total limit', async () => {
    await start({ limits: { ...quick, headMs: 100, bodyTotalMs: 200 } });
    const socket = await openSocket(harness.port);
    socket.resume();
    socket.write(`${head}content-length: 100000\r\n\r\n`);
    const drip = setInterval(() => socket.write(' '), 10);
    await once(socket, 'close');
    clearInterval(drip);
    expect(harness.money.begun).toHaveLength(0);
    await until(() => harness.running?.size === 0, 'it no longer runs');
  });

  it('that leaves in the middle of its body gives its place back', async () => {
    await start({ limits: { inFlightMax: 2 } });
    for (let n = 0; n < 5; n += 1) {
      const socket = await openSocket(harness.port);
      socket.write(`${head}content-length: 100000\r\n\r\n{`);
      await until(() => harness.running?.size === 1, 'it is read');
      socket.destroy();
      await until(() => harness.running?.size === 0, 'it is forgotten');
    }
    expect((await harness.chat()).status).toBe(200);
  });

  it('that opens many connections and says nothing keeps so many and no more', async () => {
    await start({ limits: { ...quick, incompleteConnectionsPerAddress: 5 } });
    const sockets = await Promise.all(Array.from({ length: 30 }, () => openSocket(harness.port)));
    let closed = 0;
    for (const socket of sockets) {
      socket.resume();
      socket.on('close', () => {
        closed += 1;
      });
    }
    expect((await harness.chat()).status).toBe(200);
    await until(() => closed === 25, '25 are cut');
    expect((await harness.chat()).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('that stops reading a stream is cut, and charged what upstream reports', async () => {
    const wide = chunkOf({ content: 'x'.repeat(60_000) });
    const upstream: UpstreamHandler = (_req, res) => {
      openStream(res);
      for (let n = 0; n < 400; n += 1) res.write(wide);
      res.end(usageChunk(12, 77) + DONE);
    };
    await start({
      upstreams: [upstream],
      limits: { writeIdleMs: 100, streamBufferBytesMax: 64 * 1024 },
    });
    const socket = await openSocket(harness.port);
    socket.pause();
    const text = JSON.stringify({
      model: 'm',
      messages: [{ role: 'user', content: 'x' }],
      max_tokens: 8_000,
      stream: true,
    });
    socket.write(`${head}content-length: ${String(text.length)}\r\n\r\n${text}`);
    await until(() => harness.endings.length === 1, 'it ended');
    expect(harness.endings[0]).toMatchObject({ status: 'client_closed', source: 'drained' });
    expect(harness.money.onlyRow().output_tokens).toBe(77);
    expect(harness.money.open).toBe(0);
    socket.destroy();
  });
});

describe('too much at once', () => {
  it.each([
    // Four more stand in every request of these tests.
    ['101 headers', 'x: 1\r\n'.repeat(97)],
    ['100,000 headers', 'x: 1\r\n'.repeat(100_000)],
    ['one header of 20 KB', `x: ${'a'.repeat(20_000)}\r\n`],
  ])('a request with %s is refused', async (_what, more) => {
    await start();
    const bytes = `${head}${more}content-length: ${String(body.length)}\r\n\r\n${body}`;
    let text = '';
    try {
      text = await rawExchange(harness.port, bytes, /\r\n\r\n/);
    } catch {
      // ECONNRESET: cut while it was still sending.
    }
    if (text !== '') expect(text).toContain('431 Request Header Fields Too Large');
    expect(harness.money.begun).toHaveLength(0);
    expect((await harness.chat()).status).toBe(200);
  });

  it('a request with 100 headers is served', async () => {
    await start();
    const bytes = `${head}${'x: 1\r\n'.repeat(96)}content-length: ${String(body.length)}\r\n\r\n${body}`;
    expect(await rawExchange(harness.port, bytes, /"usage"/)).toContain('200 OK');
  });

  it('a compressed request is refused before it is read', async () => {
    await start();
    const res = await harness.chat({}, { 'content-encoding': 'gzip' });
    expect(res.status).toBe(415);
  });

  it('an upstream’s gzip bomb is never unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024));
    await start({
      upstreams: [
        (_req, res) => {
          res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
          res.end(bomb);
        },
      ],
    });
    expect((await harness.chat()).status).toBe(502);
    expect(harness.money.onlyRow()).toMatchObject({ source: 'none' });
  });

  it.each([
    ['100,000 headers', `HTTP/1.1 200 OK\r\n${'x: 1\r\n'.repeat(100_000)}\r\n`],
    ['one endless header', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(200_000)}\r\n\r\n`],
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['two lengths', `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\nhello`],
  ])('an upstream that answers with %s is a failure', async (_what, bytes) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.end(bytes);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    await start({ upstreams: [], baseUrls: [`http://127.0.0.1:${String(port)}/v1`] });
    const res = await harness.chat();
    expect(res.status).toBe(502);
    expect(await res.text()).not.toContain(String(port));
  });

  it.each([
    ['an endless answer', 200],
    ['an endless error', 500],
  ])('%s is cut at its limit', async (_what, status) => {
    let aborted = false;
    const upstream: UpstreamHandler = (_req, res) => {
      res.writeHead(status, { 'content-type': 'application/json' });
      res.on('close', () => {
        aborted = true;
      });
      const pour = (): void => {
        while (!res.destroyed && res.write('x'.repeat(64 * 1024)));
      };
      res.on('drain', pour);
      pour();
    };
    await start({
      upstreams: [upstream],
      limits: {
        answerBytesMax: 256 * 1024,
        heldBackBytesMax: 128 * 1024,
        errorBytesMax: 64 * 1024,
      },
    });
    await harness
      .chat()
      .then(
        (res) => res.arrayBuffer(),
        () => null,
      )
      .catch(() => null);
    await until(() => aborted, 'upstream is let go');
    expect(harness.money.open).toBe(0);
  });

  it('an upstream that never answers is given up at its first-byte limit', async () => {
    await start({
      upstreams: [() => undefined],
      limits: { firstByteMs: 60 },
    });
    expect((await harness.chat()).status).toBe(504);
  });

  it('an answer of ordinary size is none of this', async () => {
    await start();
    expect(await (await harness.chat()).text()).toBe(ANSWER);
  });
});
