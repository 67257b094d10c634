import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { GEMINI_STREAM, geminiAnswer, geminiEvent } from './testing/gemini-wire.js';
import {
  CREDENTIAL,
  KEY,
  ProxyHarness,
  until,
  type HarnessInput,
  type UpstreamHandler,
} from './testing/proxy-harness.js';
import { answers, openStream, streams } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

const start = async (
  upstream: UpstreamHandler,
  more: Partial<HarnessInput> = {},
): Promise<ProxyHarness> => {
  harness = await ProxyHarness.start({ upstreams: [upstream], kinds: ['gemini'], ...more });
  return harness;
};

const WHOLE = geminiAnswer('hello', 'STOP');
const SSE = 'streamGenerateContent?alt=sse';

describe('Gemini’s generateContent at a Gemini endpoint', () => {
  it('passes byte for byte and is charged with its thoughts and cache', async () => {
    await start(answers(WHOLE));
    const res = await harness.gemini('generateContent');
    expect(res.status).toBe(200);
    expect(await res.text()).toBe(WHOLE);
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'ok',
      source: 'reported',
      input_tokens: 10,
      cache_read_tokens: 2,
      output_tokens: 5,
      reasoning_tokens: 2,
      reported_model: 'gemini-2026',
    });
    // 10 × 1 + 2 × 0.1 + 5 × 2 units per million tokens.
    expect(harness.money.ended[0]?.record.costNano).toBe(20_200n);
    expect(harness.money.begun[0]).toMatchObject({
      endpoint: '/v1beta/models/{model}:generateContent',
      dialect: 'gemini',
      requestedModel: 'm',
    });
  });

  it('is asked for under the upstream’s own name, the credential in a header alone', async () => {
    let seen: IncomingHttpHeaders = {};
    const paths: string[] = [];
    await start((req, res, body) => {
      seen = req.headers;
      paths.push(req.url ?? '');
      if (req.url?.includes('stream') === true) streams(...GEMINI_STREAM)(req, res, body);
      else answers(WHOLE)(req, res, body);
    });
    await harness.gemini('generateContent?key=query-canary');
    await (await harness.gemini(SSE)).text();
    expect(paths).toEqual([
      '/v1/models/upstream-m:generateContent',
      '/v1/models/upstream-m:streamGenerateContent?alt=sse',
    ]);
    expect(seen['x-goog-api-key']).toBe(CREDENTIAL);
    expect(JSON.stringify([seen, paths])).not.toContain(KEY);
  });

  it('streams byte for byte, and its end is journaled before the event that tells it leaves', async () => {
    await start(streams(...GEMINI_STREAM));
    const res = await harness.gemini(SSE);
    const reader = res.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('STOP')) {
      const piece = await reader?.read();
      if (piece === undefined || piece.done) break;
      text += piece.value;
    }
    expect(harness.money.ended).toHaveLength(1);
    expect(text).toBe(GEMINI_STREAM.join(''));
    expect(harness.money.onlyRow()).toMatchObject({ source: 'reported', output_tokens: 5 });
  });

  it('streams as one JSON array where `alt=sse` is not asked for', async () => {
    await start(streams(...GEMINI_STREAM));
    const res = await harness.gemini('streamGenerateContent');
    expect(res.headers.get('content-type')).toContain('application/json');
    const elements = (await res.json()) as { modelVersion: string }[];
    expect(elements.map(({ modelVersion }) => modelVersion)).toEqual([
      'gemini-2026',
      'gemini-2026',
    ]);
    expect(harness.money.onlyRow().output_tokens).toBe(5);
  });

  it('keeps an array open with a blank while the provider is silent', async () => {
    let finish = (): void => undefined;
    await start(
      (_req, res) => {
        openStream(res);
        res.write(GEMINI_STREAM[0]);
        finish = () => res.end(GEMINI_STREAM[1]);
      },
      { limits: { keepAliveCommentMs: 1 } },
    );
    const res = await harness.gemini('streamGenerateContent');
    const reader = res.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.endsWith('\n')) text += (await reader?.read())?.value ?? '';
    finish();
    for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
      text += piece.value;
    }
    expect(JSON.parse(text)).toHaveLength(2);
  });

  it('stops with MAX_TOKENS when no more money can be held', async () => {
    await start(
      (_req, res) => {
        openStream(res);
        for (let n = 0; n < 300; n += 1) res.write(geminiEvent(` word${String(n)}`));
      },
      { limits: { sliceTokens: 256 } },
    );
    for (let n = 0; n < 50; n += 1) harness.money.extensions.push(false);
    const res = await harness.gemini(SSE, { generationConfig: { maxOutputTokens: 5_000 } });
    expect(await res.text()).toContain('"finishReason":"MAX_TOKENS"');
    const row = harness.money.onlyRow();
    expect(row).toMatchObject({ status: 'ok', finish_reason: 'length', source: 'counted' });
    expect(row.output_tokens).toBeGreaterThan(0);
  });

  it('whose client leaves is drained and charged what is reported', async () => {
    let finish = (): void => undefined;
    await start((_req, res) => {
      openStream(res);
      res.write(GEMINI_STREAM[0]);
      finish = () => res.end(GEMINI_STREAM[1]);
    });
    const leaving = new AbortController();
    const res = await harness.gemini(SSE, {}, leaving.signal);
    await res.body?.getReader().read();
    leaving.abort();
    await until(
      () => [...(harness.running?.values() ?? [])].some((x) => x.clientGone),
      'the gateway saw it leave',
    );
    finish();
    await until(() => harness.money.ended.length === 1, 'the stream is drained and ended');
    expect(harness.money.onlyRow()).toMatchObject({ source: 'drained', output_tokens: 5 });
  });

  it('that breaks off ends with an error of its dialect', async () => {
    await start((_req, res) => {
      openStream(res);
      res.write(GEMINI_STREAM[0], () => {
        res.destroy();
      });
    });
    const text = await (await harness.gemini(SSE)).text();
    expect(text).toContain('"reason":"upstream_unavailable"');
    expect(harness.money.onlyRow().status).toBe('upstream_unavailable');
  });
});

describe('errors of Gemini’s dialect', () => {
  it.each([
    ['/v1beta/models/m:generateContent', {}, 401, 'UNAUTHENTICATED'],
    ['/v1beta/models/a%2fb:generateContent', { 'x-goog-api-key': KEY }, 400, 'INVALID_ARGUMENT'],
    ['/v1beta/models/nope:generateContent', { 'x-goog-api-key': KEY }, 404, 'NOT_FOUND'],
    ['/v1beta/files', { 'x-goog-api-key': KEY }, 404, 'NOT_FOUND'],
  ] as const)('are told for %s', async (path, headers, status, name) => {
    await start(answers(WHOLE));
    const res = await fetch(`${harness.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ contents: [{ parts: [{ text: 'x' }] }] }),
    });
    expect(res.status).toBe(status);
    expect(await res.json()).toMatchObject({ error: { code: status, status: name } });
    expect(harness.money.begun).toHaveLength(0);
  });

  it('never take a key from the query', async () => {
    await start(answers(WHOLE));
    const path = `/v1beta/models/m:generateContent?key=${KEY}`;
    const res = await fetch(`${harness.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(res.status).toBe(401);
  });

  it('keep the provider’s words, and say when the prompt is too long', async () => {
    const message =
      'The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).';
    const fault = JSON.stringify({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } });
    await start(answers(fault, 400));
    const res = await harness.gemini('generateContent');
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({
      error: {
        message,
        status: 'INVALID_ARGUMENT',
        details: [{ reason: 'context_length_exceeded' }],
      },
    });
  });
});
