import { afterEach, expect, it } from 'vitest';
import {
  CREDENTIAL,
  KEY,
  anyKey,
  anyLimits,
  ProxyHarness,
  type HarnessInput,
} from '../testing/proxy-harness.js';
import { answers, openStream } from '../testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

const LEAKS = [
  /\bat [\w.<>]+ \(/,
  /node:internal|node_modules|\.ts:\d|\.js:\d/,
  /127\.0\.0\.1|localhost/,
  /generativelanguage\.googleapis\.com/,
  /\?key=/,
  /ECONN|UND_ERR|ENOTFOUND|EAI_AGAIN|SELF_SIGNED/,
  /secret-of-the-provider/,
];
const URL_WITH_KEY =
  'https://generativelanguage.googleapis.com/v1beta/models/x:generateContent?key=secret-of-the-provider';
const failing = (status: number) =>
  answers(
    `<html>${URL_WITH_KEY} at Object.<anonymous> (/srv/app.js:1:1) ${CREDENTIAL}</html>`,
    status,
  );

type Case = [string, number, Partial<HarnessInput> & { readonly asks?: object }];
const cases: readonly Case[] = [
  [
    'an upstream that refuses connections',
    502,
    { upstreams: [], baseUrls: ['http://127.0.0.1:1/v1'] },
  ],
  [
    'a name that does not exist',
    502,
    { upstreams: [], baseUrls: ['http://no-such-host.invalid/v1'], allow: [] },
  ],
  [
    'an address that is not allowed',
    502,
    { upstreams: [], baseUrls: ['http://127.0.0.1:1/v1'], allow: [] },
  ],
  [
    'TLS with a server that speaks none',
    502,
    { upstreams: [], baseUrls: ['https://127.0.0.1:1/v1'] },
  ],
  ...[400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504].map((status): Case => [
    `an upstream’s ${String(status)} with a page`,
    [401, 402, 403, 409, 429, 500, 502, 503].includes(status)
      ? 502
      : [408, 504].includes(status)
        ? 504
        : status,
    { upstreams: [failing(status)] },
  ]),
  [
    'an upstream that is silent',
    504,
    { upstreams: [() => undefined], limits: { firstByteMs: 40 } },
  ],
  ['an unknown model', 404, { upstreams: [answers()], asks: { model: 'nope' } }],
  ['a malformed request', 400, { upstreams: [answers()], asks: { messages: 7 } }],
  ['a wrong key', 401, { upstreams: [answers()], keys: {} }],
  [
    'a limit',
    429,
    { upstreams: [answers()], keys: { [KEY]: anyKey(anyLimits({ tokensPerMinute: 1 })) } },
  ],
  ['overload', 503, { upstreams: [answers()], limits: { inFlightMax: 0 } }],
];

it.each(cases)(
  'E-H7: %s is answered %d, and no more is told than that',
  async (_what, status, { asks, ...input }) => {
    harness = await ProxyHarness.start({ upstreams: [], ...input });
    const res = await harness.chat(asks);
    expect(res.status).toBe(status);
    const text = `${JSON.stringify([...res.headers])} ${await res.text()}`;
    for (const leak of [...LEAKS, new RegExp(CREDENTIAL), new RegExp(KEY)])
      expect(text).not.toMatch(leak);
    const id = res.headers.get('x-request-id') ?? '';
    expect(id).not.toBe('');
    expect(text).toContain(`"request_id":"${id}"`);
  },
);

it.each([
  ['a URL with the key in its query', URL_WITH_KEY],
  ['the credential itself', `Incorrect API key provided: ${CREDENTIAL}.`],
])('E-K6: a provider’s own words pass without %s', async (_what, message) => {
  harness = await ProxyHarness.start({
    upstreams: [answers(JSON.stringify({ error: { message: `No: ${message}`, type: 'x' } }), 400)],
  });
  const res = await harness.chat();
  expect(res.status).toBe(400);
  const text = await res.text();
  expect(text).toContain('No: ');
  expect(text).not.toContain('secret-of-the-provider');
  expect(text).not.toContain(CREDENTIAL);
});

it('E-H7: a stream that breaks tells its code and no more', async () => {
  harness = await ProxyHarness.start({
    upstreams: [
      (_req, res) => {
        openStream(res);
        res.write(': hello\n\n', () => res.destroy(new Error('secret-of-the-provider')));
      },
    ],
  });
  const text = await (await harness.chat({ stream: true })).text();
  for (const leak of LEAKS) expect(text).not.toMatch(leak);
});
