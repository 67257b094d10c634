import { afterEach, describe, expect, it } from 'vitest';
import { ProxyHarness, type UpstreamHandler } from './testing/proxy-harness.js';
import { ANSWER, answers } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

const resets: UpstreamHandler = (_req, res) => {
  res.destroy();
};

const KEY_REFUSED = JSON.stringify({
  error: {
    code: 400,
    message: 'API key not valid. Please pass a valid API key.',
    status: 'INVALID_ARGUMENT',
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
  },
});

const recovered: readonly (readonly [string, UpstreamHandler])[] = [
  ['resets the connection', resets],
  ['answers 408', answers('{}', 408)],
  ['answers 409', answers('{}', 409)],
  ['answers 429', answers('{}', 429)],
  ['answers 500', answers('{"error":{"message":"boom at https://internal.example"}}', 500)],
  ['answers 503 without a body', answers('', 503)],
  ['refuses our credential with 401', answers('{}', 401)],
  ['refuses our key with 400, as Google does', answers(KEY_REFUSED, 400)],
  ['says 402 of our account', answers('{}', 402)],
  ['says 403 of our account', answers('{}', 403)],
  ['redirects', answers('', 307, { location: 'http://127.0.0.1:1/steal' })],
  ['compresses though asked not to', answers('x', 200, { 'content-encoding': 'gzip' })],
];

describe('failover', () => {
  it.each(recovered)('tries the next endpoint when the first %s', async (_what, first) => {
    harness = await ProxyHarness.start({ upstreams: [first, answers()] });
    const res = await harness.chat();
    expect(res.status).toBe(200);
    expect(await res.text()).toBe(ANSWER);
    expect(res.headers.get('x-weir-attempts')).toBe('2');
    expect(res.headers.get('x-weir-provider')).toBe('provider-1');
    expect(harness.money.attempts).toEqual([1]);
    expect(harness.money.onlyRow()).toMatchObject({ status: 'ok', attempts: 2 });
  });

  it.each([
    ['400', answers('{"error":{"message":"bad tools","code":"x","param":"tools"}}', 400), 400],
    ['404', answers('{}', 404), 404],
    ['413', answers('{}', 413), 413],
    ['422', answers('{"error":{"message":"no"}}', 422), 422],
  ] as const)('gives the client its own mistake back: %s', async (_what, first, status) => {
    harness = await ProxyHarness.start({ upstreams: [first, answers()] });
    const res = await harness.chat();
    expect(res.status).toBe(status);
    expect(res.headers.get('x-should-retry')).toBe('false');
    expect(harness.money.ended[0]?.record.costNano).toBe(0n);
    expect(harness.money.onlyRow().attempts).toBe(1);
    expect(harness.money.open).toBe(0);
  });

  it('keeps the provider’s words about the client’s mistake', async () => {
    harness = await ProxyHarness.start({
      upstreams: [answers('{"error":{"message":"bad tools","code":"x","param":"tools"}}', 400)],
    });
    const body: unknown = await (await harness.chat()).json();
    expect(body).toMatchObject({ error: { message: 'bad tools', code: 'x', param: 'tools' } });
  });

  it('gives up after three attempts with 502, free of charge, and names no host', async () => {
    const fails = answers('{"error":{"message":"boom at https://internal.example"}}', 500);
    harness = await ProxyHarness.start({ upstreams: [fails, fails, fails, answers()] });
    const res = await harness.chat();
    expect(res.status).toBe(502);
    const text = await res.text();
    expect(text).toContain('upstream_unavailable');
    expect(text).not.toContain('internal.example');
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'upstream_unavailable',
      http_status: 502,
      attempts: 3,
      source: 'none',
    });
    expect(harness.money.ended[0]?.record.costNano).toBe(0n);
  });

  it('begins no attempt later than the window after the first', async () => {
    const slow: UpstreamHandler = (_req, res) => {
      setTimeout(() => res.writeHead(500).end(), 60);
    };
    harness = await ProxyHarness.start({
      upstreams: [slow, answers()],
      limits: { failoverWindowMs: 20 },
    });
    expect((await harness.chat()).status).toBe(502);
    expect(harness.money.onlyRow().attempts).toBe(1);
  });

  it('answers 504 when the first byte never comes', async () => {
    harness = await ProxyHarness.start({
      upstreams: [() => undefined],
      limits: { firstByteMs: 50 },
    });
    const res = await harness.chat();
    expect(res.status).toBe(504);
    expect(harness.money.onlyRow()).toMatchObject({ status: 'upstream_timeout', source: 'none' });
  });

  it('never begins again once a byte of the answer reached the client', async () => {
    const breaks: UpstreamHandler = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: {"choices":[{"index":0,"delta":{"content":"one two three"}}]}\n\n', () => {
        res.destroy();
      });
    };
    harness = await ProxyHarness.start({ upstreams: [breaks, answers()] });
    const text = await (await harness.chat({ stream: true })).text();
    expect(text).toContain('one two three');
    expect(text).toContain('"finish_reason":"error"');
    expect(text).toContain('upstream_unavailable');
    expect(text).not.toContain('[DONE]');
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'upstream_unavailable',
      attempts: 1,
      source: 'counted',
      output_tokens: 3,
    });
  });

  it('tries the next endpoint when the first sends no byte in time', async () => {
    harness = await ProxyHarness.start({
      upstreams: [() => undefined, answers()],
      limits: { firstByteMs: 50 },
    });
    expect((await harness.chat()).status).toBe(200);
    expect(harness.money.onlyRow()).toMatchObject({ status: 'ok', attempts: 2 });
  });

  it.each([
    ['has no address', () => 'http://weir-has-no-such-host.invalid/v1'],
    ['speaks no TLS where it should', (url: string) => url.replace('http:', 'https:')],
  ])('tries the next endpoint when the first %s', async (_what, wrong) => {
    harness = await ProxyHarness.start({
      upstreams: [answers(), answers()],
      reshape: (made) => ({
        ...made,
        providers: made.providers.map((provider, n) =>
          n === 0 ? { ...provider, baseUrl: wrong(provider.baseUrl) } : provider,
        ),
      }),
    });
    expect((await harness.chat()).status).toBe(200);
    expect(harness.money.onlyRow()).toMatchObject({
      attempts: 2,
      trace: {
        attempts: [
          { outcome: 'connect', status: null },
          { outcome: 'ok', status: 200 },
        ],
      },
    });
  });

  it.each([403, 429, 500])(
    'never asks another endpoint to look away where the provider refuses the content with %d',
    async (status) => {
      const refuses = answers('{"error":{"code":"content_policy_violation"}}', status);
      harness = await ProxyHarness.start({ upstreams: [refuses, answers()] });
      expect((await harness.chat()).status).toBe(400);
      expect(harness.money.onlyRow().attempts).toBe(1);
      expect(harness.health.health('00000000-0000-4000-8000-000000000000', 0)).toBe('ok');
    },
  );

  it('tries the next endpoint when nothing listens at the first', async () => {
    harness = await ProxyHarness.start({
      upstreams: [],
      baseUrls: ['http://127.0.0.1:1/v1', 'http://127.0.0.1:1/v1'],
      allow: ['127.0.0.1/32'],
    });
    const res = await harness.chat();
    expect(res.status).toBe(502);
    expect(harness.money.onlyRow().attempts).toBe(2);
  });
});
