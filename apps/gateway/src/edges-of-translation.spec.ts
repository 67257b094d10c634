import { afterEach, describe, expect, it } from 'vitest';
import { CONTENT, MESSAGE, MESSAGE_START, MESSAGE_STOP } from './testing/anthropic-wire.js';
import { geminiAnswer } from './testing/gemini-wire.js';
import { ProxyHarness, until, type UpstreamHandler } from './testing/proxy-harness.js';
import { answers, openStream, streams } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

/** Waits until the one timer has looked at the only running request so many times. */
async function watched(times: number): Promise<void> {
  const [x] = harness.running?.values() ?? [];
  const relay = x?.relay ?? null;
  if (relay === null) throw new Error('Nothing is being relayed.');
  let looks = 0;
  const tick = relay.tick.bind(relay);
  relay.tick = (nowMs) => {
    looks += 1;
    tick(nowMs);
  };
  await until(() => looks >= times, `it was looked at ${String(times)} times`);
}

describe('an answer that is translated', () => {
  it('is read whole however long it is, and still tells its cost', async () => {
    const text = 'x'.repeat(300_000);
    const long = MESSAGE.replace('"hello"', JSON.stringify(text));
    const upstream: UpstreamHandler = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      for (let at = 0; at < long.length; at += 20_000) res.write(long.slice(at, at + 20_000));
      res.end();
    };
    harness = await ProxyHarness.start({
      upstreams: [upstream],
      kinds: ['anthropic'],
      limits: { heldBackBytesMax: 50_000 },
    });
    const res = await harness.chat();
    expect(await res.json()).toMatchObject({ choices: [{ message: { content: text } }] });
    expect(res.headers.get('x-weir-cost')).toBe('0.0000685');
  });

  it('but cannot be read is a 502 in the client’s dialect, free of charge', async () => {
    harness = await ProxyHarness.start({
      upstreams: [answers('<html>busy</html>')],
      kinds: ['anthropic'],
    });
    const res = await harness.chat();
    expect(res.status).toBe(502);
    expect(await res.json()).toMatchObject({ error: { code: 'upstream_unavailable' } });
    expect(harness.money.onlyRow()).toMatchObject({ http_status: 502, source: 'none' });
    expect(harness.money.ended[0]?.record.costNano).toBe(0n);
  });

  it('and breaks off in mid-stream ends with an error and is charged what came', async () => {
    const upstream: UpstreamHandler = (_req, res) => {
      openStream(res);
      res.write(CONTENT.slice(0, 3).join(''), () => {
        res.destroy();
      });
    };
    harness = await ProxyHarness.start({ upstreams: [upstream], kinds: ['anthropic'] });
    const text = await (await harness.chat({ stream: true })).text();
    expect(text).toContain('"finish_reason":"error"');
    expect(text).not.toContain('[DONE]');
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'upstream_unavailable',
      source: 'counted',
    });
  });

  it('and whose client leaves is drained and charged what is reported', async () => {
    let finish = (): void => undefined;
    const upstream: UpstreamHandler = (_req, res) => {
      openStream(res);
      res.write(CONTENT.slice(0, 3).join(''));
      finish = () => {
        res.end(CONTENT.slice(3).join('') + MESSAGE_STOP);
      };
    };
    harness = await ProxyHarness.start({ upstreams: [upstream], kinds: ['anthropic'] });
    const leaving = new AbortController();
    const res = await harness.chat({ stream: true }, {}, leaving.signal);
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

  it('and refused its next slice stops with the reason `length`', async () => {
    const upstream: UpstreamHandler = (_req, res) => {
      openStream(res);
      res.write(MESSAGE_START);
      for (let n = 0; n < 300; n += 1) res.write(CONTENT[2] ?? '');
    };
    harness = await ProxyHarness.start({
      upstreams: [upstream],
      kinds: ['anthropic'],
      limits: { sliceTokens: 256 },
    });
    for (let n = 0; n < 50; n += 1) harness.money.extensions.push(false);
    const text = await (await harness.chat({ stream: true, max_tokens: 5_000 })).text();
    expect(text).toContain('"finish_reason":"length"');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(harness.money.onlyRow().output_tokens).toBeLessThanOrEqual(256);
  });
});

describe('a long answer of Gemini’s that passes while it comes', () => {
  it('is charged by the usage at its end', async () => {
    const long = geminiAnswer('y'.repeat(300_000), 'STOP');
    const upstream: UpstreamHandler = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      for (let at = 0; at < long.length; at += 20_000) res.write(long.slice(at, at + 20_000));
      res.end();
    };
    harness = await ProxyHarness.start({
      upstreams: [upstream],
      kinds: ['gemini'],
      limits: { heldBackBytesMax: 50_000 },
    });
    const res = await harness.gemini('generateContent');
    expect(await res.text()).toBe(long);
    expect(res.headers.get('x-weir-cost')).toBeNull();
    expect(harness.money.onlyRow()).toMatchObject({ source: 'reported', output_tokens: 5 });
  });
});

describe('a keep-alive comment', () => {
  it('never lands inside an event that is longer than what is looked into', async () => {
    let finish = (): void => undefined;
    const half = `data: {"choices":[{"delta":{"content":"${'x'.repeat(1_200_000)}`;
    const upstream: UpstreamHandler = (_req, res) => {
      openStream(res);
      res.write(half);
      finish = () => res.end('"}}]}\n\ndata: [DONE]\n\n');
    };
    harness = await ProxyHarness.start({
      upstreams: [upstream],
      limits: { keepAliveCommentMs: 1 },
    });
    const res = await harness.chat({ stream: true });
    const reader = res.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (text.length < half.length) text += (await reader?.read())?.value ?? '';
    await watched(3);
    finish();
    for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
      text += piece.value;
    }
    expect(text).not.toContain('keep-alive');
    expect(text.endsWith('"}}]}\n\ndata: [DONE]\n\n')).toBe(true);
  });
});

describe('an error of a provider', () => {
  it('is found in a list, as Gemini sometimes sends it, and told in the client’s dialect', async () => {
    const error = { code: 400, message: 'Bad schema.', status: 'INVALID_ARGUMENT' };
    harness = await ProxyHarness.start({
      upstreams: [answers(JSON.stringify([{ error }]), 400)],
      kinds: ['gemini'],
    });
    const res = await harness.chat();
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({
      error: {
        message: 'Bad schema.',
        type: 'invalid_request_error',
        code: 'invalid_request_error',
        metadata: { provider_code: '400', error_type: 'invalid_request' },
      },
    });
  });

  it('about the content is the client’s, whatever its status: no other endpoint is asked', async () => {
    const error = { message: 'No.', type: 'x', code: 'content_policy_violation' };
    let asked = 0;
    harness = await ProxyHarness.start({
      upstreams: [
        answers(JSON.stringify({ error }), 403),
        () => {
          asked += 1;
        },
      ],
    });
    const res = await harness.messages();
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({
      type: 'error',
      error: { message: 'No.', error_type: 'content_policy_violation' },
    });
    expect(asked).toBe(0);
    expect(harness.money.onlyRow().status).toBe('content_policy_violation');
  });
});

describe('a client that leaves while its large body is translated', () => {
  it('is never sent upstream and pays nothing', async () => {
    let asked = 0;
    harness = await ProxyHarness.start({
      upstreams: [
        (req, res, body) => {
          asked += 1;
          streams(...CONTENT, MESSAGE_STOP)(req, res, body);
        },
      ],
      kinds: ['anthropic'],
      limits: { offThreadBytes: 1_000 },
    });
    let leave = (): void => undefined;
    const { begun } = harness.money;
    const push = begun.push.bind(begun);
    // It leaves between the journal and the translation's end.
    begun.push = (...records) => {
      const [x] = harness.running?.values() ?? [];
      x?.res.destroy();
      leave();
      return push(...records);
    };
    const leaving = new AbortController();
    leave = () => {
      leaving.abort();
    };
    const content = 'long words '.repeat(500);
    const messages = [{ role: 'user', content }];
    await harness.chat({ messages }, {}, leaving.signal).catch(() => null);
    await until(() => harness.money.ended.length === 1, 'it ended');
    expect(harness.money.onlyRow()).toMatchObject({ status: 'client_closed', source: 'none' });
    expect(asked).toBe(0);
  });
});
