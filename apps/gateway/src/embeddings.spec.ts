import { afterEach, describe, expect, it } from 'vitest';
import { anyKey, KEY, ProxyHarness } from './testing/proxy-harness.js';
import { answers } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

const VECTORS = {
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding: [0.25, -0.5] }],
  model: 'upstream-m-2026',
};
const reported = JSON.stringify({ ...VECTORS, usage: { prompt_tokens: 9, total_tokens: 9 } });
const silent = JSON.stringify(VECTORS);

async function start(body: string, kind: 'embeddings' | 'chat' = 'embeddings'): Promise<string[]> {
  const paths: string[] = [];
  const answer = answers(body);
  harness = await ProxyHarness.start({
    upstreams: [
      (req, res, sent) => {
        paths.push(`${req.url ?? ''} ${sent.toString()}`);
        answer(req, res, sent);
      },
    ],
    model: { kind },
  });
  return paths;
}

function embed(input: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${harness.url}/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}`, ...headers },
    body: JSON.stringify({ model: 'm', input }),
  });
}

describe('embeddings', () => {
  it('pass byte for byte and are charged for their input alone', async () => {
    const sent = await start(reported);
    const res = await embed(['one', 'two']);
    expect(res.status).toBe(200);
    expect(await res.text()).toBe(reported);
    expect(sent).toEqual(['/v1/embeddings {"model":"upstream-m","input":["one","two"]}']);
    // 9 tokens × 1.00 per million.
    expect(res.headers.get('x-weir-cost')).toBe('0.000009');
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'ok',
      source: 'reported',
      input_tokens: 9,
      output_tokens: 0,
    });
    expect(harness.money.begun[0]).toMatchObject({ endpoint: '/v1/embeddings', streamed: false });
  });

  it('are counted when the provider reports nothing', async () => {
    await start(silent);
    expect((await embed([[1, 2, 3], [4]])).status).toBe(200);
    expect(harness.money.onlyRow()).toMatchObject({ source: 'counted', input_tokens: 4 });
  });

  it('hold no output, whatever the model says of it', async () => {
    await start(reported);
    await embed('text');
    const held = harness.money.ended[0]?.hold.heldByKind[0] ?? 0n;
    // At most one token a byte of input at 1.00 per million, and nothing at the output price.
    expect(held).toBeGreaterThan(0n);
    expect(held).toBeLessThan(1_000n * 1_000n);
  });

  it('need a model of their kind', async () => {
    await start(reported, 'chat');
    const res = await embed('text');
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({ error: { param: 'model' } });
  });

  it('need a key that may use them', async () => {
    harness = await ProxyHarness.start({
      upstreams: [answers(reported)],
      keys: { [KEY]: anyKey({ routes: new Set(['chat']) }) },
      model: { kind: 'embeddings' },
    });
    const res = await embed('text');
    expect(res.status).toBe(403);
    expect(await res.json()).toMatchObject({ error: { code: 'mode_not_allowed' } });
  });
});
