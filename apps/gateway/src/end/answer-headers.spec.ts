import { afterEach, describe, expect, it } from 'vitest';
import { ProxyHarness, type UpstreamHandler } from '../testing/proxy-harness.js';
import { ANSWER, answers } from '../testing/wire.js';

let harness: ProxyHarness | null = null;

afterEach(async () => {
  await harness?.stop();
  harness = null;
});

const TIMING = /^gw;dur=\d+\.\d, upstream;dur=\d+\.\d$/;

describe('the head of an answer', () => {
  it('says how long the gateway and the provider took', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers(ANSWER)] });
    const res = await harness.chat();
    expect(res.headers.get('server-timing')).toMatch(TIMING);
    expect(res.headers.get('openai-processing-ms')).toMatch(/^\d+$/);
  });

  it("has the provider's own word for its time, once", async () => {
    const upstream = answers(ANSWER, 200, { 'openai-processing-ms': '12' });
    harness = await ProxyHarness.start({ upstreams: [upstream] });
    const res = await harness.chat();
    expect(res.headers.get('openai-processing-ms')).toBe('12');
  });

  it('says it of an error that a provider caused, and of none that never reached one', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers('{}', 400)] });
    const failed = await harness.chat();
    expect(failed.headers.get('server-timing')).toMatch(TIMING);
    const refused = await harness.chat({ model: 'nobody-has-it' });
    expect(refused.status).toBe(404);
    expect(refused.headers.get('server-timing')).toBeNull();
  });

  it('names the generation of an answer that broke off before it was whole', async () => {
    const breaks: UpstreamHandler = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      res.write(ANSWER.slice(0, 20), () => res.destroy());
    };
    harness = await ProxyHarness.start({ upstreams: [breaks] });
    const res = await harness.chat();
    expect(res.status).toBe(502);
    expect(res.headers.get('x-weir-generation-id')).toMatch(/^gen_/);
    expect(res.headers.get('x-weir-provider')).not.toBeNull();
    expect(res.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});
