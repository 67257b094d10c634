import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEY, ProxyHarness, type UpstreamHandler } from '../testing/proxy-harness.js';
import { rawExchange } from '../testing/raw-socket.js';
import { answers } from '../testing/wire.js';

let harness: ProxyHarness;
let seen: string[] = [];
const remembers: UpstreamHandler = (req, res, body) => {
  seen.push(`${req.url ?? ''} ${JSON.stringify(req.headers)} ${body.toString()}`);
  answers()(req, res, body);
};
beforeEach(async () => {
  seen = [];
  harness = await ProxyHarness.start({ upstreams: [remembers] });
});
afterEach(() => harness.stop());

const body = '{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":9}';
const line = 'POST /v1/chat/completions HTTP/1.1\r\n';
const base = `host: h\r\nauthorization: Bearer ${KEY}\r\n` + `content-type: application/json\r\n`;
const sized = `content-length: ${String(body.length)}\r\n`;
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
/** A second request that must never be executed, hidden where two parsers could disagree. */
const hidden = body.replace('"x"', '"canary"');
const canary = `${line}${base}content-length: ${String(hidden.length)}\r\n\r\n${hidden}`;

const expectRefused = (text: string): void => {
  expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(text).not.toContain('200 OK');
  expect(seen).toEqual([]);
  expect(harness.money.begun).toHaveLength(0);
};

describe('E-H3: framing that a proxy in front could read otherwise', () => {
  it.each([
    ['both lengths', `${line}${base}${sized}transfer-encoding: chunked\r\n\r\n${chunked}${canary}`],
    [
      'both lengths, other order',
      `${line}${base}transfer-encoding: chunked\r\n${sized}\r\n${chunked}${canary}`,
    ],
    ['two lengths that differ', `${line}${base}${sized}content-length: 3\r\n\r\n${body}${canary}`],
    [
      'two lengths in one',
      `${line}${base}content-length: 3, ${String(body.length)}\r\n\r\n${body}`,
    ],
    ['a signed length', `${line}${base}content-length: +${String(body.length)}\r\n\r\n${body}`],
    ['a hexadecimal length', `${line}${base}content-length: 0x10\r\n\r\n${body}`],
    ['an unknown transfer coding', `${line}${base}transfer-encoding: xchunked\r\n\r\n${chunked}`],
    ['chunked not last', `${line}${base}transfer-encoding: chunked, identity\r\n\r\n${chunked}`],
    [
      'a transfer coding with a vertical tab',
      `${line}${base}transfer-encoding: \x0bchunked\r\n\r\n${chunked}`,
    ],
    ['a blank before the colon', `${line}${base}transfer-encoding : chunked\r\n\r\n${chunked}`],
    ['a folded header', `${line}${base}transfer-encoding:\r\n chunked\r\n\r\n${chunked}`],
    ['a bare line feed', `${line}${base}x: y\n${sized}\r\n${body}`],
    [
      'a chunk size beyond all numbers',
      `${line}${base}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n${body}`,
    ],
    [
      'a chunk size with a sign',
      `${line}${base}transfer-encoding: chunked\r\n\r\n-1\r\n${body}\r\n0\r\n\r\n`,
    ],
    ['two Host headers', `${line}${base}host: other\r\n${sized}\r\n${body}`],
    ['two Host headers in other letters', `${line}${base}HOST: h\r\n${sized}\r\n${body}`],
    ['no Host header', `${line}${base.slice('host: h\r\n'.length)}${sized}\r\n${body}`],
    [
      'the absolute form',
      `POST http://h/v1/chat/completions HTTP/1.1\r\n${base}${sized}\r\n${body}`,
    ],
    ['the authority form', `CONNECT h:443 HTTP/1.1\r\n${base}\r\n`],
    ['the asterisk form', `OPTIONS * HTTP/1.1\r\n${base}\r\n`],
    ['no version', `POST /v1/chat/completions\r\n${base}${sized}\r\n${body}`],
    ['an unknown version', `POST /v1/chat/completions HTTP/9.9\r\n${base}${sized}\r\n${body}`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('with %s is refused and nothing of it executed', async (_what, bytes) => {
    // CONNECT is answered by closing the connection.
    const text = await rawExchange(harness.port, bytes, /HTTP\/1\.1 \d{3}[\s\S]*\r\n\r\n/);
    if (text === '') {
      expect(bytes.startsWith('CONNECT')).toBe(true);
      expect(harness.money.begun).toHaveLength(0);
    } else expectRefused(text);
  });

  it.each(['websocket', 'h2c', 'TLS/1.3'])('asking to upgrade to %s is refused', async (to) => {
    const bytes = `${line}${base}connection: upgrade\r\nupgrade: ${to}\r\n${sized}\r\n${body}`;
    expectRefused(await rawExchange(harness.port, bytes, /\r\n\r\n/));
  });

  it('a pipelined request is a request of its own, never part of another’s body', async () => {
    const one = `${line}${base}${sized}\r\n${body}`;
    await rawExchange(harness.port, one + canary, /("usage"[\s\S]*){2}/);
    expect(seen).toHaveLength(2);
    expect(seen.filter((text) => text.includes('"content":"canary"'))).toHaveLength(1);
  });

  it('TRACE and methods of nobody are not answered with what was sent', async () => {
    for (const method of ['TRACE', 'PROPFIND', 'PURGE']) {
      const bytes = `${method} /v1/chat/completions HTTP/1.1\r\n${base}x-canary: secret-canary\r\n\r\n`;
      const text = await rawExchange(harness.port, bytes, /\r\n\r\n/);
      expectRefused(text);
      expect(text).not.toContain('secret-canary');
    }
  });
});

describe('E-H2: line ends and NUL', () => {
  it.each([
    ['a NUL in a header', 'x-a: a\0b\r\n'],
    ['a NUL in the request id', 'x-request-id: a\0b\r\n'],
    ['a carriage return in a header', 'x-a: a\rb\r\n'],
    ['a NUL in a name', 'x-\0a: b\r\n'],
    ['a blank in a name', 'x a: b\r\n'],
  ])('%s is refused', async (_what, header) => {
    expectRefused(
      await rawExchange(harness.port, `${line}${base}${header}${sized}\r\n${body}`, /\r\n\r\n/),
    );
  });

  it.each(['%0d%0aset-cookie:x', '%00', '\u0000', 'a%0Ab', 'sp aced', 'ü', 'x'.repeat(65), ''])(
    'the request id %j is replaced by one of ours',
    async (id) => {
      const bytes = `${line}${base}x-request-id: ${id}\r\n${sized}\r\n${body}`;
      const text = await rawExchange(harness.port, bytes, /"usage"|\r\n\r\n/);
      if (id === '\u0000') {
        expectRefused(text);
        return;
      }
      expect(text).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/);
      expect(text.toLowerCase()).not.toContain('set-cookie');
    },
  );

  it.each(['m\r\nx-injected: 1', 'm\0', '\u2028m', 'm%0d%0ax-injected: 1'])(
    'the model %j reaches no header and no log line of ours',
    async (model) => {
      const res = await harness.chat({ model });
      expect([400, 404]).toContain(res.status);
      expect(res.headers.get('x-injected')).toBeNull();
      expect(seen).toEqual([]);
    },
  );

  it.each(['m%0d%0ax', 'm%00', '%2e%2e%2fm', '..%2f..%2fadmin'])(
    'the model %s in a path of Gemini’s is refused',
    async (model) => {
      const path = `/v1beta/models/${model}:generateContent`;
      const res = await harness.post(path, { contents: [{ parts: [{ text: 'x' }] }] });
      expect([400, 404]).toContain(res.status);
      expect(seen).toEqual([]);
    },
  );
});

describe('E-H4: paths', () => {
  it.each([
    '/v1/../admin',
    '/v1/%2e%2e/admin',
    '/v1/..%2fadmin',
    '/v1/chat/../../metrics',
    '/v1//chat/completions',
    '//v1/chat/completions',
    '/v1/chat/completions/',
    '/V1/chat/completions',
    '/v1/Chat/Completions',
    '/v1/chat/completions;x=1',
    '/v1;x=1/chat/completions',
    '/v1/chat%2fcompletions',
    '/v1/chat%252fcompletions',
    '/v1/chat\\completions',
    '/v1/chat/completions%00',
    '/v1/chat/completions%20',
    '/v1/fine_tuning/jobs',
    '/v1/files',
    '/v1/assistants',
    '/v2/chat/completions',
  ])('%s is never proxied', async (path) => {
    const bytes = `POST ${path} HTTP/1.1\r\n${base}${sized}\r\n${body}`;
    expectRefused(await rawExchange(harness.port, bytes, /\r\n\r\n/));
  });
});
