import { afterEach, describe, expect, it } from 'vitest';
import type { IncomingHttpHeaders } from 'node:http';
import { CREDENTIAL, KEY, ProxyHarness, type UpstreamHandler } from '../testing/proxy-harness.js';
import { rawExchange } from '../testing/raw-socket.js';
import { ANSWER, answers, CONTENT, DONE, usageChunk } from '../testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

let seen: IncomingHttpHeaders = {};
const remembers: UpstreamHandler = (req, res, body) => {
  seen = req.headers;
  answers()(req, res, body);
};

/** What no provider is told, whatever its list of forwarded headers says. */
const NEVER = [
  'cookie',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-anything',
  'forwarded',
  'proxy-authorization',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
];

/** What a provider is told only if its list says so. */
const NOT_UNASKED = [
  'x-real-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'via',
  'referer',
  'origin',
  'user-agent',
  'x-request-id',
  'idempotency-key',
  'openai-organization',
  'openai-project',
  'anthropic-version',
  'x-title',
  'http-referer',
  'x-custom',
  'traceparent',
  'baggage',
  'accept-language',
  'if-none-match',
  'range',
];

describe('E-H1: headers on their way to the provider', () => {
  const body = '{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":9}';
  const send = (more: string): Promise<string> =>
    rawExchange(
      harness.port,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${KEY}\r\n` +
        `content-type: application/json\r\ncontent-length: ${String(body.length)}\r\n${more}\r\n${body}`,
      /"usage"|HTTP\/1.1 [45]/,
    );

  it.each([...NEVER, ...NOT_UNASKED])('%s stays behind', async (name) => {
    seen = {};
    harness = await ProxyHarness.start({ upstreams: [remembers] });
    // A name of its own, and no store is asked for it.
    const value = name === 'idempotency-key' ? '' : 'canary-value';
    await send(name === 'idempotency-key' ? '' : `${name}: ${value}\r\n`);
    expect(seen.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(JSON.stringify(seen)).not.toContain('canary-value');
  });

  it.each(NEVER)('%s stays behind even where the provider’s list names it', async (name) => {
    seen = {};
    harness = await ProxyHarness.start({
      upstreams: [remembers],
      forwardHeaders: [name, 'x-*', 'authorization', 'x-api-key', 'host', 'content-length'],
    });
    await send(`${name}: canary-value\r\nx-api-key: ${KEY}\r\n`);
    expect(seen.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(JSON.stringify(seen)).not.toContain('canary-value');
    expect(JSON.stringify(seen)).not.toContain(KEY);
  });

  it.each(['authorization', 'authorization, host', 'x-api-key', 'content-length'])(
    'Connection: %s takes nothing away',
    async (named) => {
      seen = {};
      harness = await ProxyHarness.start({ upstreams: [remembers] });
      await send(`connection: ${named}\r\n`);
      expect(seen.authorization).toBe(`Bearer ${CREDENTIAL}`);
      expect(seen['content-length']).toBeDefined();
    },
  );

  it('are the same few for every caller', async () => {
    harness = await ProxyHarness.start({ upstreams: [remembers] });
    await send('x-a: 1\r\nx-b: 2\r\n');
    expect(Object.keys(seen).sort()).toEqual([
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
  });
});

const HOSTILE = {
  'set-cookie': 'canary=1',
  server: 'canary',
  location: 'http://canary.example/',
  via: 'canary',
  'x-powered-by': 'canary',
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  'content-security-policy': 'canary',
  'strict-transport-security': 'canary',
  refresh: '0; url=http://canary.example/',
  'www-authenticate': 'Basic realm="canary"',
  'x-request-id': 'canary',
  'request-id': 'canary',
  'x-weir-cost': '0.000canary',
  'x-weir-generation-id': 'canary',
  'x-ratelimit-limit-requests': '7',
  'retry-after': '77',
  'x-should-retry': 'true',
  'alt-svc': 'h3="canary:443"',
  'content-disposition': 'attachment; filename=canary',
  trailer: 'x-canary',
  'cf-ray': 'canary',
};

describe('E-H1: headers on their way to the client', () => {
  const allowed = new Set([
    'connection',
    'content-length',
    'content-type',
    'cache-control',
    'date',
    'keep-alive',
    'transfer-encoding',
    'openai-processing-ms',
    'openai-version',
    'x-request-id',
    'request-id',
    'server-timing',
    'x-should-retry',
    'retry-after',
    'retry-after-ms',
  ]);

  it.each([
    ['a whole answer', false, answers(ANSWER, 200, { ...HOSTILE, 'openai-version': '1' })],
    [
      'a stream',
      true,
      ((_req, res) => {
        res.writeHead(200, { ...HOSTILE, 'content-type': 'text/event-stream' });
        res.end([...CONTENT, usageChunk(), DONE].join(''));
      }) satisfies UpstreamHandler,
    ],
    ['a refusal', false, answers('{"error":{"message":"no"}}', 400, HOSTILE)],
    ['a failure', false, answers('canary', 500, HOSTILE)],
    ['a refused credential', false, answers('{"error":{"message":"canary"}}', 401, HOSTILE)],
  ] as const)('of %s are ours', async (_what, stream, upstream) => {
    harness = await ProxyHarness.start({ upstreams: [upstream] });
    const res = await harness.chat({ stream });
    await res.arrayBuffer();
    const all = [...res.headers];
    expect(JSON.stringify(all)).not.toContain('canary');
    expect(res.headers.get('access-control-allow-origin')).toBeNull();
    for (const [name] of all) expect(allowed.has(name) || name.startsWith('x-weir-')).toBe(true);
  });
});
