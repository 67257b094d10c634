import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProductionEntry } from './log/production-log.js';
import { Sandbox } from './sandbox-server.js';
import { warmTokenCounter } from './simulation/token-counter.js';

let sandbox: Sandbox;
let base: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-sandbox-'));
  sandbox = await Sandbox.start({
    host: '127.0.0.1',
    port: 0,
    logPath: join(folder, 'log.ndjson'),
  });
  base = `http://127.0.0.1:${String(sandbox.port)}`;
  await warmTokenCounter();
});
beforeEach(() => sandbox.log.clear());
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  completion_tokens_details?: { reasoning_tokens: number };
  prompt_tokens_details?: { cached_tokens: number };
}
interface Answer {
  choices: { message: { content: string }; finish_reason: string }[];
  usage?: Usage | null;
  error?: { code: string };
}
type Headers = Record<string, string>;

const ask = (body: object, headers: Headers = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${base}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-a', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello there' }], ...body }),
    redirect: 'manual',
    ...(signal === undefined ? {} : { signal }),
  });
const answer = async (body: object, headers: Headers = {}): Promise<Answer> =>
  (await (await ask(body, headers)).json()) as Answer;
const exact = { model: 'sandbox-exact', max_tokens: 6 };
const streamed = { ...exact, stream: true, stream_options: { include_usage: true } };

/** Waits for the one entry that a request leaves. */
async function logged(): Promise<ProductionEntry> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const [entry] = sandbox.log.since(0);
    if (entry !== undefined) return entry;
    if (Date.now() > deadline) throw new Error('nothing was logged');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const events = (
  text: string,
): { choices: { delta: { content?: string } }[]; usage?: Usage | null }[] =>
  text
    .split('\n\n')
    .filter((it) => it.startsWith('data: {'))
    .map((it) => JSON.parse(it.slice(6)) as never);

describe('the simulated OpenAI provider', () => {
  it('answers exactly max_tokens with sandbox-exact and logs the truth', async () => {
    const { choices, usage } = await answer(exact, { 'x-request-id': 'req-7' });
    expect(choices[0]?.finish_reason).toBe('length');
    expect(usage).toMatchObject({ prompt_tokens: 3 + 4 + 2, completion_tokens: 6 });
    expect(await logged()).toMatchObject({
      id: 'req-7',
      model: 'sandbox-exact',
      promptTokens: 9,
      outputTokens: 6,
      outcome: 'finished',
      status: 200,
    });
  });

  it('prefers the generation id for its log', async () => {
    await answer(exact, { 'x-request-id': 'req-8', 'x-weir-generation-id': 'gen_1' });
    expect(await logged()).toMatchObject({ id: 'gen_1', requestId: 'req-8' });
  });

  it('streams one token a chunk, usage only when asked, and [DONE]', async () => {
    const text = await (await ask(streamed)).text();
    const content = events(text).filter((it) => it.choices[0]?.delta.content);
    expect(content).toHaveLength(6);
    expect(events(text).at(-1)?.usage?.completion_tokens).toBe(6);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    const plain = await (await ask({ ...exact, stream: true })).text();
    expect(plain).not.toContain('usage');
  });

  it('hides reasoning but bills it within max_tokens', async () => {
    const { usage } = await answer(
      { model: 'sandbox-reasoner', max_completion_tokens: 50 },
      { 'x-sandbox-delay-ms': '0' },
    );
    expect(usage?.completion_tokens).toBeLessThanOrEqual(50);
    expect(usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0);
  });

  it('reads a long prompt from its cache the second time', async () => {
    const messages = [{ role: 'user', content: `${folder} ${'water '.repeat(2_000)}` }];
    const cached = async (): Promise<number | undefined> =>
      (await answer({ ...exact, messages })).usage?.prompt_tokens_details?.cached_tokens;
    expect(await cached()).toBe(0);
    expect(await cached()).toBeGreaterThan(1_800);
  });

  it('embeds as numbers and as base64 alike', async () => {
    const embed = async (more: object): Promise<{ data: { embedding: string | number[] }[] }> => {
      const response = await fetch(`${base}/openai/v1/embeddings`, {
        method: 'POST',
        headers: { authorization: 'Bearer sandbox-a' },
        body: JSON.stringify({ model: 'sandbox-embed', input: ['a', 'b'], dimensions: 8, ...more }),
      });
      return (await response.json()) as never;
    };
    const numbers = (await embed({})).data[1]?.embedding;
    const encoded = String((await embed({ encoding_format: 'base64' })).data[1]?.embedding);
    const bytes = new Uint8Array(Buffer.from(encoded, 'base64'));
    expect([...new Float32Array(bytes.buffer)]).toEqual(numbers);
  });

  it('lists its models and is alive', async () => {
    const headers = { authorization: 'Bearer sandbox-a' };
    const list = (await (await fetch(`${base}/openai/v1/models`, { headers })).json()) as {
      data: object[];
    };
    expect(list.data.length).toBeGreaterThanOrEqual(6);
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/elsewhere`)).status).toBe(404);
  });

  it('refuses a wrong credential, an unknown model and a broken body as OpenAI does', async () => {
    expect((await ask(exact, { authorization: 'Bearer other' })).status).toBe(401);
    expect((await ask({ model: 'gpt-4o' })).status).toBe(404);
    expect((await ask({ ...exact, messages: [] })).status).toBe(400);
    expect((await ask({ ...exact, max_tokens: -1 })).status).toBe(400);
  });

  it('answers sandbox-fast from memory, about 1 kB', async () => {
    const text = await (await ask({ model: 'sandbox-fast' })).text();
    expect(text.length).toBeGreaterThan(900);
    expect(text.length).toBeLessThan(1_300);
  });

  it('writes its log as NDJSON too', async () => {
    await answer(exact, { 'x-request-id': 'on-file' });
    await logged();
    await expect
      .poll(() => readFileSync(join(folder, 'log.ndjson'), 'utf8'), { timeout: 5_000 })
      .toContain('"id":"on-file"');
  });

  it('gives its log by HTTP and forgets it on request', async () => {
    await answer(exact);
    await logged();
    const read = async (): Promise<{ entries: object[]; next: number }> =>
      (await (await fetch(`${base}/_sandbox/log?since=0`)).json()) as never;
    expect((await read()).entries).toHaveLength(1);
    expect((await fetch(`${base}/_sandbox/log`, { method: 'DELETE' })).status).toBe(204);
    expect((await read()).entries).toHaveLength(0);
  });
});

describe('a fault asked for by header', () => {
  it('answers with a status and retry-after', async () => {
    const response = await ask(exact, { 'x-sandbox-status': '429', 'x-sandbox-retry-after': '3' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '3']);
    expect(await logged()).toMatchObject({ status: 429, outputTokens: 0, outcome: 'refused' });
  });

  it('acts on one credential only when that is named', async () => {
    const faults = { 'x-sandbox-status': '503', 'x-sandbox-for': 'sandbox-b' };
    expect((await ask(exact, faults)).status).toBe(200);
    expect((await ask(exact, { ...faults, authorization: 'Bearer sandbox-b' })).status).toBe(503);
  });

  it('redirects', async () => {
    const response = await ask(exact, { 'x-sandbox-redirect': 'http://elsewhere.test/' });
    expect([response.status, response.headers.get('location')]).toEqual([
      307,
      'http://elsewhere.test/',
    ]);
  });

  it('waits before the first byte', async () => {
    const start = performance.now();
    await answer(exact, { 'x-sandbox-delay-ms': '150' });
    expect(performance.now() - start).toBeGreaterThanOrEqual(148);
  });

  it('keeps the pace of chunks', async () => {
    const start = performance.now();
    const body = { model: 'sandbox-fast', stream: true };
    await (await ask(body, { 'x-sandbox-chunks': '10', 'x-sandbox-chunk-delay-ms': '15' })).text();
    expect(performance.now() - start).toBeGreaterThanOrEqual(9 * 15 - 10);
    expect((await logged()).outputTokens).toBe(10);
  });

  it.each(['500', '500;fin'])('cuts the connection after %s bytes', async (cut) => {
    const text = ask({ ...streamed, max_tokens: 50 }, { 'x-sandbox-cut-after-bytes': cut }).then(
      (it) => it.text(),
    );
    await expect(text).rejects.toThrow();
    const entry = await logged();
    expect(entry).toMatchObject({ outcome: 'cut', bytesSent: 500 });
    expect(entry.outputTokens).toBeLessThan(3);
  });

  it('falls silent after some chunks and logs when the client gives up', async () => {
    const abort = new AbortController();
    const response = await ask(streamed, { 'x-sandbox-silence-after-chunks': '2' }, abort.signal);
    const reader = response.body?.getReader();
    let text = '';
    while (events(text).filter((it) => it.choices[0]?.delta.content).length < 2) {
      const part = await reader?.read();
      text += new TextDecoder().decode(part?.value);
    }
    abort.abort();
    expect(await logged()).toMatchObject({ outcome: 'silent', outputTokens: 2 });
  });

  it('notices a client that leaves and logs what it produced until then', async () => {
    const abort = new AbortController();
    const body = { ...streamed, max_tokens: 1_000 };
    const response = await ask(body, { 'x-sandbox-chunk-delay-ms': '5' }, abort.signal);
    await response.body?.getReader().read();
    abort.abort();
    const entry = await logged();
    expect(entry.outcome).toBe('client_gone');
    expect(entry.outputTokens).toBeLessThan(1_000);
  });

  it('counts the bytes that a slow reader gets', async () => {
    const body = JSON.stringify({
      ...streamed,
      max_tokens: 16_000,
      messages: [{ role: 'user', content: 'x' }],
    });
    const response = await new Promise<IncomingMessage>((resolve) => {
      const request = httpRequest(`${base}/openai/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer sandbox-a' },
      });
      request.on('response', resolve);
      request.end(body);
    });
    response.pause();
    let length = 0;
    response.on('data', (chunk: Buffer) => (length += chunk.length));
    response.resume();
    await new Promise((resolve) => response.on('end', resolve));
    expect((await logged()).bytesSent).toBe(length);
  });

  const usageOf = async (headers: Headers): Promise<unknown> =>
    (await answer(exact, headers)).usage;

  it('reports a wrong usage, or none', async () => {
    const malformed = (kind: string): Promise<unknown> => usageOf({ 'x-sandbox-malformed': kind });
    expect(await malformed('negative-usage')).toMatchObject({ completion_tokens: -7 });
    expect(await malformed('huge-usage')).toMatchObject({ completion_tokens: 9_999_999_999 });
    expect(await malformed('float-usage')).toMatchObject({ completion_tokens: 7.5 });
    expect(await malformed('zero-usage')).toMatchObject({ prompt_tokens: 0, completion_tokens: 0 });
    expect(await malformed('null-usage')).toBe(null);
    expect(await usageOf({ 'x-sandbox-no-usage': '1' })).toBe(undefined);
    expect(await usageOf({ 'x-sandbox-usage': '{"completion_tokens":99}' })).toMatchObject({
      prompt_tokens: 9,
      completion_tokens: 99,
    });
  });

  it.each([
    ['crlf', /^data: .*\r\n\r\ndata: /],
    ['cr', /^data: [^\n]*\r\rdata: /],
    ['no-done', /^(?!.*\[DONE\])/s],
    ['error-in-200', /"error":\{.*\n\n$/],
    ['two-usages', /"completion_tokens":1,.*"completion_tokens":6,/s],
    ['split-utf8', /Grüße.*🌊/s],
    ['long-line', /w{1000000}/],
  ])('malforms a stream as %s', async (kind, pattern) => {
    const text = await (await ask(streamed, { 'x-sandbox-malformed': kind })).text();
    expect(pattern.test(text)).toBe(true);
  });

  it('says so when its header cannot be read', async () => {
    expect((await ask(exact, { 'x-sandbox-status': 'soon' })).status).toBe(400);
    expect((await ask(exact, { 'x-sandbox-malformed': 'odd' })).status).toBe(400);
    expect((await ask(exact, { 'x-sandbox-usage': '7' })).status).toBe(400);
  });
});
