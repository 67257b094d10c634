import { afterEach, describe, expect, it } from 'vitest';
import { ProxyHarness, KEY, until, type HarnessInput } from '../testing/proxy-harness.js';
import { largeBodiesAfter } from '../testing/large-bodies.js';
import { answers } from '../testing/wire.js';

let harness: ProxyHarness;
let calls = 0;
afterEach(() => harness.stop());

async function start(more: Partial<HarnessInput> = {}): Promise<void> {
  calls = 0;
  harness = await ProxyHarness.start({
    upstreams: [
      (req, res, body) => {
        calls += 1;
        answers()(req, res, body);
      },
    ],
    ...more,
  });
}

const send = (body: string, contentType = 'application/json'): Promise<Response> =>
  fetch(`${harness.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': contentType, authorization: `Bearer ${KEY}` },
    body,
  });
const withContent = (content: string): string =>
  `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":${content}}]}`;
const codeOf = async (res: Response): Promise<unknown> =>
  ((await res.json()) as { error: { code: unknown } }).error.code;

describe('E-H5: bodies', () => {
  it.each([
    ['200,000 arrays deep', withContent(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)],
    ['65 objects deep', withContent(`${'{"a":'.repeat(64)}1${'}'.repeat(64)}`)],
    ['of 200,000 opened arrays', `{"model":"m","messages":${'['.repeat(200_000)}`],
    [
      'of 20,000 keys',
      `{"model":"m","x":{${Array.from({ length: 20_000 }, (_, n) => `"k${String(n)}":1`).join()}}}`,
    ],
    ['with a key twice', '{"model":"m","model":"n","messages":[{"role":"user","content":"x"}]}'],
    [
      'with a key twice, once escaped',
      '{"model":"m","\\u006dodel":"n","messages":[{"role":"user","content":"x"}]}',
    ],
    ['with a key twice further in', withContent('[{"type":"text","type":"image_url","text":"x"}]')],
    ['with __proto__', '{"model":"m","__proto__":{"max_tokens":1},"messages":[{}]}'],
    ['with __proto__ further in', withContent('[{"__proto__":{},"type":"text","text":"x"}]')],
    ['with an escaped __proto__', '{"model":"m","\\u005f_proto__":{},"messages":[{}]}'],
    ['with a byte order mark', `\ufeff${withContent('"x"')}`],
    ['with a comment', `/* */${withContent('"x"')}`],
    ['with something behind it', `${withContent('"x"')}{}`],
    ['with NaN', withContent('"x"').replace('9', 'NaN')],
    ['with a bare control character', withContent('"a\u0001b"')],
    ['that is empty', ''],
    ['that is null', 'null'],
    ['that is a number', '7'],
  ])('%s are refused', async (_what, body) => {
    await start();
    const res = await send(body);
    expect(res.status).toBe(400);
    expect(await codeOf(res)).toBe('invalid_request_error');
    expect(calls).toBe(0);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json5',
    'application/jsonp',
    'application/xml; a=application/json',
    'x/application/json',
  ])('called %s are refused', async (contentType) => {
    await start();
    expect((await send(withContent('"x"'), contentType)).status).toBe(415);
    expect(calls).toBe(0);
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json ;x=y'])(
    'called %s are taken',
    async (contentType) => {
      await start();
      expect((await send(withContent('"x"'), contentType)).status).toBe(200);
    },
  );
});

describe('E-H5: bodies above 1 MB', () => {
  const long = JSON.stringify('x'.repeat(2 * 1024 * 1024));

  it('are read beside the event loop, which goes on meanwhile', async () => {
    // The thread says so before it reads, and waits: only a loop that is free can answer the other request.
    const slow = `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400));`;
    await start({ largeBodies: largeBodiesAfter(slow), model: { contextTokens: null } });
    const order: string[] = [];
    const large = send(withContent(long)).then((res) => {
      order.push('large');
      return res.status;
    });
    await until(() => harness.running?.size === 1, 'the large one is there');
    for (let n = 0; n < 5; n += 1) expect((await harness.chat()).status).toBe(200);
    order.push('small');
    expect(await large).toBe(200);
    expect(order).toEqual(['small', 'large']);
  });

  it('are held for and passed on whole', async () => {
    await start();
    const res = await send(withContent(long));
    expect(res.status).toBe(200);
    expect(harness.money.ended[0]?.hold.heldByKind[0]).toBeGreaterThan(100_000_000n);
  });

  it.each([
    ['too deep', withContent(`[${long},${'['.repeat(100_000)}${']'.repeat(100_000)}]`)],
    ['of a million objects', withContent(`[${'{"a":1},'.repeat(1_000_000)}{}]`)],
    ['with a key twice', `{"model":"m","a":${long},"model":"n","messages":[{}]}`],
    ['no JSON', `{"a":${long}`],
  ])('%s are refused', async (_what, body) => {
    await start();
    const res = await send(body);
    expect(res.status).toBe(400);
    expect(await codeOf(res)).toBe('invalid_request_error');
    expect(calls).toBe(0);
    expect((await send(withContent(long))).status).toBe(200);
  });

  it('are answered 503 when the thread dies over them, and the next one is read', async () => {
    const killer = `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ bytes }) => {
        if (Buffer.from(bytes).includes('please die')) process.exit(134);
      });`;
    await start({ largeBodies: largeBodiesAfter(killer) });
    const res = await send(withContent(JSON.stringify(`please die ${long}`)));
    expect(res.status).toBe(503);
    expect(res.headers.get('retry-after')).toBe('1');
    const text = await res.text();
    expect(text).toContain('overloaded');
    expect(harness.running?.size).toBe(0);
    expect((await send(withContent(long))).status).toBe(200);
    expect(calls).toBe(1);
  });

  it('above 10 MB are only for models that take images', async () => {
    const huge = withContent(JSON.stringify('x'.repeat(11 * 1024 * 1024)));
    await start();
    expect((await send(huge)).status).toBe(413);
    await harness.stop();
    await start({ model: { capabilities: ['vision'] } });
    expect((await send(huge)).status).toBe(200);
  });
});

describe('E-H6: what multiplies the cost is in the hold', () => {
  /** Enough for the plain request ten times over. */
  async function startPoor(): Promise<void> {
    await start();
    await harness.chat();
    const heldNano = harness.money.ended[0]?.hold.heldByKind[0] ?? 0n;
    harness.money.balanceNano = 10n * heldNano;
    calls = 0;
  }

  it.each([
    ['n', '/v1/chat/completions', { n: 1_000 }],
    ['best_of', '/v1/completions', { prompt: 'x', messages: undefined, best_of: 1_000 }],
    ['n of completions', '/v1/completions', { prompt: 'x', messages: undefined, n: 1_000 }],
    ['max_tokens', '/v1/chat/completions', { max_tokens: 100_000 }],
    [
      'max_completion_tokens',
      '/v1/chat/completions',
      { max_tokens: undefined, max_completion_tokens: 100_000 },
    ],
    [
      'prompts in a list',
      '/v1/completions',
      { prompt: Array(1_000).fill('x'), messages: undefined },
    ],
    [
      'images',
      '/v1/chat/completions',
      {
        messages: [
          {
            role: 'user',
            content: Array(1_000).fill({
              type: 'image_url',
              image_url: { url: 'https://x/y.png' },
            }),
          },
        ],
      },
    ],
    [
      'a prediction',
      '/v1/chat/completions',
      { prediction: { type: 'content', content: 'x '.repeat(10_000) } },
    ],
  ])('%s × 1,000 is refused by a balance that covers ten', async (_what, path, more) => {
    await startPoor();
    const res = await harness.post(path, {
      model: 'm',
      messages: [{ role: 'user', content: 'hello there' }],
      max_tokens: 100,
      ...more,
    });
    expect([400, 402]).toContain(res.status);
    expect(calls).toBe(0);
    expect(harness.money.open).toBe(0);
  });

  it.each(['-1', '0', '1.5', '1e999', '"9"', 'true', '[9]', '1e308', '9007199254740993'])(
    'max_tokens of %s is held for or refused',
    async (figure) => {
      await startPoor();
      const res = await send(
        withContent('"x"').replace('"max_tokens":9', `"max_tokens":${figure}`),
      );
      expect([400, 402]).toContain(res.status);
      expect(calls).toBe(0);
    },
  );

  it('is held in full where the balance allows it', async () => {
    await start();
    await harness.chat({ n: 10 });
    await harness.chat({ n: 1 });
    const [ten, one] = harness.money.ended.map(({ hold }) => hold.heldByKind[0] ?? 0n);
    // 100 tokens of output each, at 2,000 nano a token.
    expect((ten ?? 0n) - (one ?? 0n)).toBe(9n * 100n * 2_000n);
  });
});
