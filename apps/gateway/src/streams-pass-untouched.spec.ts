import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { ProxyHarness, until, type UpstreamHandler } from './testing/proxy-harness.js';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'upstream-m-2026',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })}\n\n`;
const usage = `data: ${JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'upstream-m-2026',
  choices: [],
  usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
})}\n\n`;
const content = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'héllo 🌊' }), chunk({}, 'stop')];
const done = 'data: [DONE]\n\n';

const streams =
  (...parts: string[]): UpstreamHandler =>
  (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) res.write(part);
    res.end();
  };

let harness: ProxyHarness;
afterEach(() => harness.stop());

describe('a streamed completion', () => {
  it('passes byte for byte when the client asked for usage', async () => {
    const whole = [...content, usage, done];
    harness = await ProxyHarness.start({ upstreams: [streams(...whole)] });
    const res = await harness.chat({ stream: true, stream_options: { include_usage: true } });
    expect(res.status).toBe(200);
    expect(sha(await res.text())).toBe(sha(whole.join('')));
  });

  it('loses only the usage chunk when the client did not ask for it, and is charged by it', async () => {
    harness = await ProxyHarness.start({ upstreams: [streams(...content, usage, done)] });
    const res = await harness.chat({ stream: true });
    expect(sha(await res.text())).toBe(sha([...content, done].join('')));
    expect(res.headers.get('x-weir-provider')).toBe('provider-0');
    const row = harness.money.onlyRow();
    expect(row).toMatchObject({
      status: 'ok',
      source: 'reported',
      input_tokens: 12,
      output_tokens: 5,
      reported_model: 'upstream-m-2026',
      finish_reason: 'stop',
    });
    // 12 × 1 + 5 × 2 units per million tokens.
    expect(harness.money.ended[0]?.record.costNano).toBe(22_000n);
  });

  it('asks upstream for usage and sends the model’s upstream name', async () => {
    let seen: unknown = null;
    const upstream: UpstreamHandler = (req, res, body) => {
      seen = JSON.parse(body.toString());
      streams(...content, usage, done)(req, res, body);
    };
    harness = await ProxyHarness.start({ upstreams: [upstream] });
    await (await harness.chat({ stream: true, custom: { kept: [1.0, 'x'] } })).text();
    expect(seen).toMatchObject({
      model: 'upstream-m',
      max_tokens: 100,
      stream_options: { include_usage: true },
      custom: { kept: [1, 'x'] },
    });
  });

  it('journals its end before the bytes that carry [DONE] leave', async () => {
    harness = await ProxyHarness.start({ upstreams: [streams(...content, usage, done)] });
    const res = await harness.chat({ stream: true });
    const reader = res.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('[DONE]')) {
      const piece = await reader?.read();
      if (piece === undefined || piece.done) break;
      text += piece.value;
    }
    expect(text).toContain('[DONE]');
    expect(harness.money.ended).toHaveLength(1);
    await until(() => harness.money.open === 0, 'the hold is given back');
  });
});
