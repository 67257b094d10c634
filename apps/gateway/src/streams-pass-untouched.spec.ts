import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { ProxyHarness, until, type UpstreamHandler } from './testing/proxy-harness.js';
import { CONTENT, DONE, streams, usageChunk } from './testing/wire.js';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

let harness: ProxyHarness;
afterEach(() => harness.stop());

describe('a streamed completion', () => {
  it('passes byte for byte when the client asked for usage', async () => {
    const whole = [...CONTENT, usageChunk(), DONE];
    harness = await ProxyHarness.start({ upstreams: [streams(...whole)] });
    const res = await harness.chat({ stream: true, stream_options: { include_usage: true } });
    expect(res.status).toBe(200);
    expect(sha(await res.text())).toBe(sha(whole.join('')));
  });

  it('loses only the usage chunk when the client did not ask for it, and is charged by it', async () => {
    harness = await ProxyHarness.start({ upstreams: [streams(...CONTENT, usageChunk(), DONE)] });
    const res = await harness.chat({ stream: true });
    expect(sha(await res.text())).toBe(sha([...CONTENT, DONE].join('')));
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
      streams(...CONTENT, usageChunk(), DONE)(req, res, body);
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
    harness = await ProxyHarness.start({ upstreams: [streams(...CONTENT, usageChunk(), DONE)] });
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
