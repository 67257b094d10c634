import { connect } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressRules } from './admit/address-rules.js';
import {
  anyKey,
  CREDENTIAL,
  KEY,
  ProxyHarness,
  type UpstreamHandler,
} from './testing/proxy-harness.js';
import { ANSWER, answers } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

let seen: IncomingHttpHeaders = {};
const remembers: UpstreamHandler = (req, res, body) => {
  seen = req.headers;
  answers()(req, res, body);
};

/** Sends raw bytes, answers what came back until the socket closed or `enough` matched. */
async function raw(bytes: string, enough: RegExp): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect(harness.port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (enough.test(text)) socket.destroy();
    });
    socket.on('close', () => {
      resolve(text);
    });
    socket.on('error', reject);
  });
}

const body = JSON.stringify({
  model: 'm',
  messages: [{ role: 'user', content: 'x' }],
  max_tokens: 9,
});
const post = (extra: string): string =>
  `POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n` +
  `content-length: ${String(body.length)}\r\n${extra}\r\n${body}`;
const auth = `authorization: Bearer ${KEY}\r\n`;

describe('headers on their way to the provider', () => {
  it.each([
    'cookie',
    'x-forwarded-for',
    'x-forwarded-host',
    'forwarded',
    'x-real-ip',
    'proxy-authorization',
    'openai-organization',
    'x-custom',
    'x-request-id',
    'te',
    'idempotency-key',
  ])('stay behind: %s', async (name) => {
    const idempotency = {
      find: () => Promise.resolve(null),
      claim: () => Promise.resolve(true),
      free: () => Promise.resolve(),
    };
    harness = await ProxyHarness.start({ upstreams: [remembers], idempotency });
    await raw(post(`${auth}${name}: canary-value\r\n`), /"usage"/);
    expect(JSON.stringify(seen)).not.toContain('canary-value');
  });

  it('carry the provider’s credential and never our key', async () => {
    harness = await ProxyHarness.start({ upstreams: [remembers] });
    await harness.chat();
    expect(seen.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(JSON.stringify(seen)).not.toContain(KEY);
    expect(seen['accept-encoding']).toBe('identity');
  });

  it('carry what the provider’s list names, but never a credential', async () => {
    harness = await ProxyHarness.start({
      upstreams: [remembers],
      forwardHeaders: ['x-sandbox-*', 'authorization', 'cookie'],
    });
    await harness.chat({}, { 'x-sandbox-status': '200', cookie: 'mouse', 'x-other': 'mouse' });
    expect(seen['x-sandbox-status']).toBe('200');
    expect(seen.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(JSON.stringify(seen)).not.toContain('mouse');
  });

  it('do not follow a name given in Connection', async () => {
    harness = await ProxyHarness.start({ upstreams: [remembers] });
    await raw(post(`${auth}connection: authorization, x-canary\r\nx-canary: 1\r\n`), /"usage"/);
    expect(seen.authorization).toBe(`Bearer ${CREDENTIAL}`);
  });
});

describe('headers on their way to the client', () => {
  it('are ours, whatever the provider sends', async () => {
    const upstream = answers(ANSWER, 200, {
      'set-cookie': 'canary=1',
      server: 'canary',
      location: 'http://canary',
      'access-control-allow-origin': '*',
      'x-ratelimit-limit-requests': '7',
      'x-request-id': 'canary',
      'openai-processing-ms': '12',
    });
    harness = await ProxyHarness.start({ upstreams: [upstream] });
    const res = await harness.chat();
    const all = JSON.stringify([...res.headers]);
    expect(all).not.toContain('canary');
    expect(res.headers.get('access-control-allow-origin')).toBeNull();
    expect(res.headers.get('x-ratelimit-limit-requests')).toBeNull();
    expect(res.headers.get('openai-processing-ms')).toBe('12');
  });

  it('repeat a valid request id and replace any other', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const given = await harness.chat({}, { 'x-request-id': 'abc-123' });
    expect(given.headers.get('x-request-id')).toBe('abc-123');
    expect(given.headers.get('request-id')).toBe('abc-123');
    const odd = await harness.chat({}, { 'x-request-id': 'a b<script>' });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(harness.money.begun[0]?.correlationId).toBe('abc-123');
    expect(harness.money.begun[1]?.correlationId).toBeNull();
  });
});

describe('framing', () => {
  it.each([
    ['two Host headers', post(`${auth}host: other\r\n`), /400|two Host/],
    ['both lengths', post(`${auth}transfer-encoding: chunked\r\n`), /400 Bad/],
    ['an unknown transfer encoding', post(`${auth}transfer-encoding: xchunked\r\n`), /400 Bad/],
    ['no version', `POST /v1/chat/completions\r\nhost: h\r\n\r\n`, /400 Bad/],
    ['a header with a NUL', post(`${auth}x-a: \0\r\n`), /400 Bad/],
    [
      'an Upgrade',
      `GET /v1/models HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
      /400 Bad/,
    ],
  ])('with %s is refused', async (_what, bytes, expected) => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const text = await raw(bytes, expected);
    expect(text).toMatch(expected);
    expect(harness.money.begun).toHaveLength(0);
  });

  it.each([
    '/v1/../admin',
    '/v1/%2e%2e/admin',
    '/v1//chat/completions',
    '/V1/chat/completions',
    '/v1/chat/completions;x=1',
    '/v1/chat%2fcompletions',
    'http://other.example/v1/chat/completions',
  ])('never proxies the path %s', async (path) => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const text = await raw(post(auth).replace('/v1/chat/completions', path), /HTTP\/1\.1 \d+/);
    expect(text).toMatch(/HTTP\/1\.1 40[0-9]/);
    expect(harness.money.begun).toHaveLength(0);
  });
});

describe('the key', () => {
  it.each([
    ['no key', {}, 401, 'api_key_required'],
    ['an unknown key', { authorization: 'Bearer nope' }, 401, 'invalid_api_key'],
    ['basic credentials', { authorization: 'Basic eDp5' }, 401, 'api_key_required'],
  ] as const)('refuses %s', async (_what, headers, status, code) => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const res = await fetch(`${harness.url}/v1/chat/completions?key=${KEY}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    expect(res.status).toBe(status);
    expect(await res.json()).toMatchObject({ error: { code } });
    expect(harness.money.refused).toHaveLength(0);
  });

  it.each(['x-api-key', 'x-goog-api-key'])('is taken from %s', async (name) => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const res = await fetch(`${harness.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [name]: KEY },
      body,
    });
    expect(res.status).toBe(200);
  });

  it.each([
    ['disabled', anyKey({ enabled: false }), 401, 'api_key_disabled'],
    ['expired', anyKey({ expiresAtMs: 1 }), 401, 'api_key_expired'],
    ['revoked', anyKey({ revokedAtMs: 1 }), 401, 'invalid_api_key'],
    ['of a suspended user', anyKey({ ownerActive: false }), 401, 'user_inactive'],
    ['without the route', anyKey({ routes: new Set(['embeddings']) }), 403, 'mode_not_allowed'],
    ['without the model', anyKey({ allowedModels: new Set() }), 403, 'model_not_allowed'],
    [
      'used from elsewhere',
      anyKey({ addressRules: AddressRules.from(['10.0.0.0/8'], []) }),
      403,
      'ip_not_allowed',
    ],
    [
      'used from a denied address',
      anyKey({ addressRules: AddressRules.from([], ['127.0.0.0/8']) }),
      403,
      'ip_not_allowed',
    ],
    ['with a budget of zero', anyKey({ blockedKinds: 0b10 }), 429, 'budget_exceeded'],
  ] as const)('%s is refused', async (_what, key, status, code) => {
    harness = await ProxyHarness.start({ upstreams: [answers()], keys: { [KEY]: key } });
    const res = await harness.chat({}, { 'x-forwarded-for': '10.1.2.3', 'x-real-ip': '10.1.2.3' });
    expect(res.status).toBe(status);
    expect(await res.json()).toMatchObject({ error: { code } });
  });

  it('still works until the end of a rotated key’s grace', async () => {
    harness = await ProxyHarness.start({
      upstreams: [answers()],
      keys: { [KEY]: anyKey({ revokedAtMs: Date.now() + 60_000 }) },
    });
    expect((await harness.chat()).status).toBe(200);
  });
});

describe('the body', () => {
  it.each([
    ['is no JSON', '{"model":', 400],
    ['is an array', '[]', 400],
    ['has a key twice', '{"model":"m","model":"x","messages":[{}]}', 400],
    ['has __proto__', '{"model":"m","__proto__":{},"messages":[{}]}', 400],
    [
      'is too deep',
      `{"model":"m","messages":[{"content":${'['.repeat(80)}${']'.repeat(80)}}]}`,
      400,
    ],
    ['names no model', '{"messages":[{"role":"user","content":"x"}]}', 400],
    ['names an unknown model', '{"model":"nope","messages":[{"role":"user","content":"x"}]}', 404],
  ])('that %s is refused', async (_what, text, status) => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const res = await fetch(`${harness.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
      body: text,
    });
    expect(res.status).toBe(status);
  });

  it('that is too large is refused before it is read', async () => {
    harness = await ProxyHarness.start({
      upstreams: [answers()],
      limits: { bodyBytesMax: 1_000, visionBodyBytesMax: 1_000 },
    });
    const head = post(auth).replace(/content-length: \d+/, 'content-length: 100000000');
    expect(await raw(head, /request_too_large/)).toContain('413 Payload Too Large');
  });

  it('that grows too large is refused while it is read', async () => {
    harness = await ProxyHarness.start({
      upstreams: [answers()],
      limits: { bodyBytesMax: 1_000, visionBodyBytesMax: 1_000 },
    });
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`;
    const bytes = post(auth).replace(/content-length: \d+/, 'transfer-encoding: chunked');
    const text = await raw(
      `${bytes.split('\r\n\r\n')[0] ?? ''}\r\n\r\n${chunk}${chunk}`,
      /too_large/,
    );
    expect(text).toContain('413 Payload Too Large');
  });

  it('must say that it is JSON', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const res = await fetch(`${harness.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', authorization: `Bearer ${KEY}` },
      body,
    });
    expect(res.status).toBe(415);
  });

  it('that stops coming is cut', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()], limits: { bodyIdleMs: 60 } });
    const bytes = post(auth).slice(0, -5);
    expect(await raw(bytes, /never/)).not.toContain('200 OK');
    expect(harness.money.begun).toHaveLength(0);
  });

  it('cannot send its request elsewhere', async () => {
    let sent = '';
    const upstream: UpstreamHandler = (req, res, bytes) => {
      sent = bytes.toString();
      answers()(req, res, bytes);
    };
    harness = await ProxyHarness.start({ upstreams: [upstream] });
    await harness.chat({
      api_base: 'http://canary',
      base_url: 'http://canary',
      api_key: 'canary',
      custom_host: 'canary',
      extra_headers: { a: 'canary' },
    });
    expect(sent).not.toContain('canary');
  });
});
