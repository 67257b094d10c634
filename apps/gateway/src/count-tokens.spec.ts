import { afterEach, describe, expect, it } from 'vitest';
import { anthropicFault } from './testing/anthropic-wire.js';
import { ProxyHarness, type UpstreamHandler } from './testing/proxy-harness.js';
import { answers } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

const BODY = { model: 'm', messages: [{ role: 'user', content: 'one two three' }] };
const PATH = '/v1/messages/count_tokens';

describe('counting tokens', () => {
  it('asks an Anthropic endpoint under its own name of the model, for free', async () => {
    let seen: unknown = null;
    const upstream: UpstreamHandler = (req, res, body) => {
      seen = [req.url, JSON.parse(body.toString())];
      answers('{"input_tokens":2095,"extra":1}')(req, res, body);
    };
    harness = await ProxyHarness.start({ upstreams: [upstream], kinds: ['anthropic'] });
    const res = await harness.post(PATH, BODY);
    expect(await res.json()).toEqual({ input_tokens: 2095, extra: 1 });
    expect(seen).toEqual(['/v1/messages/count_tokens', { ...BODY, model: 'upstream-m' }]);
    expect(harness.money.begun).toHaveLength(0);
    expect(harness.running?.size).toBe(0);
  });

  it('counts with our own tokenizer where no endpoint of the dialect does', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const res = await harness.post(PATH, BODY);
    const { input_tokens: tokens } = (await res.json()) as { input_tokens: number };
    expect(tokens).toBeGreaterThanOrEqual(3);
    expect(tokens).toBeLessThan(100);
  });

  it('counts with our own tokenizer where the provider fails', async () => {
    const broken = answers('{}', 500);
    harness = await ProxyHarness.start({ upstreams: [broken], kinds: ['anthropic'] });
    const res = await harness.post(PATH, BODY);
    expect(res.status).toBe(200);
    expect(await res.json()).toEqual({ input_tokens: expect.any(Number) as number });
  });

  it('tells the provider’s words about the client’s mistake', async () => {
    const fault = answers(
      anthropicFault('invalid_request_error', 'messages: roles must alternate'),
      400,
    );
    harness = await ProxyHarness.start({ upstreams: [fault], kinds: ['anthropic'] });
    const res = await harness.post(PATH, BODY);
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'messages: roles must alternate' },
    });
    expect(harness.running?.size).toBe(0);
  });

  it('counts for Gemini’s clients too', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const res = await harness.gemini('countTokens');
    const { totalTokens } = (await res.json()) as { totalTokens: number };
    expect(totalTokens).toBeGreaterThan(1);
    expect(totalTokens).toBeLessThan(100);
  });
});
