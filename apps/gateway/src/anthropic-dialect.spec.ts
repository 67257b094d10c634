import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  anthropicFault,
  BLOCK_START,
  CONTENT,
  MESSAGE,
  MESSAGE_START,
  MESSAGE_STOP,
  textDelta,
} from './testing/anthropic-wire.js';
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
  harness = await ProxyHarness.start({ upstreams: [upstream], kinds: ['anthropic'], ...more });
  return harness;
};

describe('Anthropic’s messages at an Anthropic endpoint', () => {
  it('pass byte for byte and are charged by each class of the cache', async () => {
    await start(answers(MESSAGE));
    const res = await harness.messages();
    expect(res.status).toBe(200);
    expect(await res.text()).toBe(MESSAGE);
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'ok',
      source: 'reported',
      input_tokens: 4,
      cache_read_tokens: 20,
      cache_write_5m_tokens: 10,
      cache_write_1h_tokens: 20,
      output_tokens: 5,
      reported_model: 'claude-2026',
      finish_reason: 'end_turn',
    });
    // 4 × 1 + 20 × 0.1 + 10 × 1.25 + 20 × 2 + 5 × 2 units per million tokens.
    expect(harness.money.ended[0]?.record.costNano).toBe(68_500n);
    expect(res.headers.get('x-weir-cost')).toBe('0.0000685');
    expect(harness.money.begun[0]).toMatchObject({
      endpoint: '/v1/messages',
      dialect: 'anthropic',
    });
  });

  it('are asked for at the version’s path, with our credential and the client’s version and betas', async () => {
    let seen: IncomingHttpHeaders = {};
    let path = '';
    let sent: unknown = null;
    await start((req, res, body) => {
      seen = req.headers;
      path = req.url ?? '';
      sent = JSON.parse(body.toString());
      answers(MESSAGE)(req, res, body);
    });
    await harness.messages(
      { metadata: { user_id: 'u' } },
      {
        'anthropic-version': '2023-01-01',
        'anthropic-beta': 'context-1m-2025-08-07',
      },
    );
    expect(path).toBe('/v1/messages');
    expect(sent).toMatchObject({
      model: 'upstream-m',
      max_tokens: 100,
      metadata: { user_id: 'u' },
    });
    expect(seen['x-api-key']).toBe(CREDENTIAL);
    expect(seen['anthropic-version']).toBe('2023-01-01');
    expect(seen['anthropic-beta']).toBe('context-1m-2025-08-07');
    expect(JSON.stringify(seen)).not.toContain(KEY);
    await harness.messages();
    expect(seen['anthropic-version']).toBe('2023-06-01');
    expect(seen['anthropic-beta']).toBeUndefined();
  });

  it('stream byte for byte, and their end is journaled before the bytes that carry it leave', async () => {
    await start(streams(...CONTENT, MESSAGE_STOP));
    const res = await harness.messages({ stream: true });
    expect(res.headers.get('content-type')).toContain('text/event-stream');
    const reader = res.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('message_stop')) {
      const piece = await reader?.read();
      if (piece === undefined || piece.done) break;
      text += piece.value;
    }
    expect(harness.money.ended).toHaveLength(1);
    expect(text).toBe([...CONTENT, MESSAGE_STOP].join(''));
    expect(harness.money.onlyRow()).toMatchObject({ source: 'reported', cache_read_tokens: 20 });
    expect(harness.money.ended[0]?.record.costNano).toBe(68_500n);
  });

  it('stop with `max_tokens` when no more money can be held', async () => {
    const words = Array.from({ length: 300 }, (_, n) => textDelta(` word${String(n)}`));
    await start(
      (_req, res) => {
        openStream(res);
        res.write(MESSAGE_START + BLOCK_START);
        for (const word of words) res.write(word);
      },
      { limits: { sliceTokens: 256 } },
    );
    for (let n = 0; n < 50; n += 1) harness.money.extensions.push(false);
    const text = await (await harness.messages({ stream: true, max_tokens: 5_000 })).text();
    expect(text).toContain('"stop_reason":"max_tokens"');
    expect(text.trimEnd().endsWith('data: {"type":"message_stop"}')).toBe(true);
    const row = harness.money.onlyRow();
    // What the provider told of the prompt is believed; the output was never reported.
    expect(row).toMatchObject({ status: 'ok', source: 'counted', cache_write_1h_tokens: 20 });
    expect(row.output_tokens).toBeLessThanOrEqual(256);
  });

  it('whose client leaves are drained and charged what is reported', async () => {
    let finish = (): void => undefined;
    await start((_req, res) => {
      openStream(res);
      res.write(CONTENT.slice(0, 3).join(''));
      finish = () => {
        res.end(CONTENT.slice(3).join('') + MESSAGE_STOP);
      };
    });
    const leaving = new AbortController();
    const res = await harness.messages({ stream: true }, {}, leaving.signal);
    await res.body?.getReader().read();
    leaving.abort();
    await until(
      () => [...(harness.running?.values() ?? [])].some((x) => x.clientGone),
      'the gateway saw it leave',
    );
    finish();
    await until(() => harness.money.ended.length === 1, 'the stream is drained and ended');
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'client_closed',
      source: 'drained',
      output_tokens: 5,
    });
  });

  it('that break off end with an error event and are charged what came', async () => {
    await start((_req, res) => {
      openStream(res);
      res.write(CONTENT.slice(0, 3).join(''), () => {
        res.destroy();
      });
    });
    const text = await (await harness.messages({ stream: true })).text();
    expect(text).toContain('event: error');
    expect(text).toContain('"code":"upstream_unavailable"');
    expect(text).not.toContain('message_stop');
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'upstream_unavailable',
      source: 'counted',
      cache_read_tokens: 20,
    });
  });

  it('fill the cache only with max_tokens 0', async () => {
    await start(answers(MESSAGE.replace('"output_tokens":5', '"output_tokens":0')));
    expect((await harness.messages({ max_tokens: 0 })).status).toBe(200);
    expect(harness.money.onlyRow()).toMatchObject({ source: 'reported', output_tokens: 0 });
  });
});

describe('errors of Anthropic’s dialect', () => {
  const shape = (type: string, code: string): object => ({
    type: 'error',
    error: { type, code, message: expect.any(String) as string },
    request_id: expect.any(String) as string,
  });

  it.each([
    ['/v1/messages', '', 401, ['authentication_error', 'api_key_required']],
    ['/v1/messages', 'wrong', 401, ['authentication_error', 'invalid_api_key']],
    ['/v1/messages/batches', KEY, 404, ['not_found_error', 'not_found']],
  ] as const)('are told at %s with the key "%s"', async (path, key, status, [type, code]) => {
    await start(answers(MESSAGE));
    const res = await harness.post(path, { model: 'm' }, { 'x-api-key': key });
    expect(res.status).toBe(status);
    expect(await res.json()).toMatchObject(shape(type, code));
    expect(res.headers.get('request-id')).toBe(res.headers.get('x-request-id'));
  });

  it.each([
    ['no max_tokens', { max_tokens: undefined }, 400, 'invalid_request_error'],
    ['an unknown model', { model: 'nope' }, 404, 'not_found_error'],
  ] as const)('are told for %s', async (_what, body, status, type) => {
    await start(answers(MESSAGE));
    const res = await harness.messages(body);
    expect(res.status).toBe(status);
    expect(await res.json()).toMatchObject({ type: 'error', error: { type } });
  });

  it('carry the figures of a refusal, and are not to be retried', async () => {
    await start(answers(MESSAGE));
    harness.money.balanceNano = 100_000n;
    const res = await harness.messages({ max_tokens: 5_000 });
    expect(res.status).toBe(402);
    expect(res.headers.get('x-should-retry')).toBe('false');
    expect(await res.json()).toMatchObject({
      type: 'error',
      error: { code: 'insufficient_balance', scope: 'balance', limit: '0.0001', used: '0' },
    });
  });

  it('keep the provider’s words about the client’s mistake', async () => {
    const fault = anthropicFault('invalid_request_error', 'tools.0: bad schema');
    await start(answers(fault, 400));
    const res = await harness.messages();
    expect(res.status).toBe(400);
    expect(res.headers.get('x-should-retry')).toBe('false');
    expect(await res.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'tools.0: bad schema' },
    });
    expect(harness.money.ended[0]?.record.costNano).toBe(0n);
  });

  it('say when the prompt is too long for the model', async () => {
    const fault = anthropicFault(
      'invalid_request_error',
      'prompt is too long: 210000 tokens > 200000 maximum',
    );
    await start(answers(fault, 400));
    const body: unknown = await (await harness.messages()).json();
    expect(body).toMatchObject({ error: { error_type: 'context_length_exceeded' } });
    expect(harness.money.onlyRow().status).toBe('context_length_exceeded');
  });

  it('take 529 for the provider’s trouble: the next endpoint is asked', async () => {
    const overloaded = answers(anthropicFault('overloaded_error', 'Overloaded'), 529);
    await start(overloaded, {
      upstreams: [overloaded, answers(MESSAGE)],
      kinds: ['anthropic', 'anthropic'],
    });
    const res = await harness.messages();
    expect(await res.text()).toBe(MESSAGE);
    expect(res.headers.get('x-weir-attempts')).toBe('2');
  });
});
