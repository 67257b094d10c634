import { afterEach, describe, expect, it } from 'vitest';
import { CREDENTIAL, KEY, type UpstreamHandler } from '../testing/proxy-harness.js';
import { RoutedHarness, type RoutedInput } from '../testing/routed-harness.js';
import { answers } from '../testing/wire.js';

let harness: RoutedHarness;
afterEach(() => harness.stop());
const start = async (input: RoutedInput) => {
  harness = await RoutedHarness.start(input);
};

const DEAR_EU = { region: 'eu', price: 9_000_000_000n, carbon: 0.1 };
const CHEAP_US = { region: 'us', price: 1_000_000_000n, carbon: 4 };
const wishes = (changes: object) => ({
  policy: null,
  provider: null,
  region: null,
  fallback: null,
  preferLowCarbon: null,
  ...changes,
});

describe('how a request wishes to be routed', () => {
  it('is followed, policy by policy', async () => {
    await start({ endpoints: [DEAR_EU, CHEAP_US] });
    expect(await harness.served({ route: { policy: 'prefer-cheapest' } })).toBe(1);
    expect(await harness.served({ route: { policy: 'prefer-low-carbon' } })).toBe(0);
    expect(await harness.served({ route: { prefer_low_carbon: true } })).toBe(0);
    expect(await harness.served({ route: { policy: 'prefer-region', region: 'eu' } })).toBe(0);
    expect(
      await harness.served({ route: { policy: 'fixed-provider', provider: 'provider-0' } }),
    ).toBe(0);
    expect(await harness.served({ route: { region: 'eu' } })).toBe(0);
    expect(await harness.served({ route: { provider: 'provider-0' } })).toBe(0);
    expect(await harness.served()).toBe(1);
  });

  it('is for speed measured by what was answered before', async () => {
    await start({
      endpoints: [
        { price: 1_000_000_000n, latencyMs: 900 },
        { price: 2_000_000_000n, latencyMs: 100 },
      ],
    });
    const fast = { route: { policy: 'prefer-fastest' } };
    expect(await harness.served(fast)).toBe(0);
    expect(await harness.served({ route: { provider: 'provider-1' } })).toBe(1);
    expect(await harness.served(fast)).toBe(1);
    expect(harness.lastTrace().considered[0]?.latency_ms).toBeGreaterThanOrEqual(100);
    expect(harness.lastTrace().considered[0]?.latency_ms).toBeLessThan(110);
  });

  it('is never forwarded', async () => {
    await start({ endpoints: [CHEAP_US] });
    await harness.served({ route: { policy: 'prefer-cheapest' } });
    const sent: unknown = JSON.parse(harness.received[0]?.[0] ?? '');
    expect(sent).not.toHaveProperty('route');
  });

  it.each([
    [{ cheap: true }, 'route.cheap'],
    [{ policy: 'cheapest' }, 'route.policy'],
    [{ fallback: 'no' }, 'route.fallback'],
    [{ region: 7 }, 'route.region'],
    ['eu', 'route'],
    [{ policy: 'prefer-region' }, 'route.region'],
    [{ policy: 'fixed-provider' }, 'route.provider'],
  ])('is refused with 400 when it is %j, naming the member', async (route, param) => {
    await start({ endpoints: [CHEAP_US] });
    const res = await harness.proxy.chat({ route });
    expect(res.status).toBe(400);
    const body = (await res.json()) as { error: { param: string; message: string } };
    expect(body.error.param).toBe(param);
    expect(body.error.message).toContain(param);
    expect(harness.received.flat()).toEqual([]);
    expect(harness.proxy.money.open).toBe(0);
  });

  it('counts also where a model has one endpoint, whose plan other requests share', async () => {
    await start({ endpoints: [CHEAP_US] });
    expect(await harness.served()).toBe(0);
    expect(await harness.served()).toBe(0);
    expect((await harness.proxy.chat({ route: { region: 'eu' } })).status).toBe(503);
    expect((await harness.proxy.chat({ route: { policy: 'x' } })).status).toBe(400);
    await harness.served({ route: { policy: 'prefer-fastest' } });
    expect(harness.lastTrace().policy).toBe('prefer-fastest');
    await harness.served();
    expect(harness.lastTrace()).toMatchObject({ policy: 'balanced', source: 'default' });
  });

  it('comes before the key’s, which comes before the account’s', async () => {
    const account = { source: 'account', options: wishes({ policy: 'prefer-cheapest' }) } as const;
    const key = { source: 'key', options: wishes({ policy: 'prefer-low-carbon' }) } as const;
    await start({ endpoints: [DEAR_EU, CHEAP_US], key: { routing: [account] } });
    expect(await harness.served()).toBe(1);
    expect(harness.lastTrace()).toMatchObject({ policy: 'prefer-cheapest', source: 'account' });
    await harness.stop();
    await start({ endpoints: [DEAR_EU, CHEAP_US], key: { routing: [key, account] } });
    expect(await harness.served()).toBe(0);
    expect(harness.lastTrace()).toMatchObject({ policy: 'prefer-low-carbon', source: 'key' });
    expect(await harness.served({ route: { policy: 'prefer-cheapest' } })).toBe(1);
    expect(harness.lastTrace()).toMatchObject({ policy: 'prefer-cheapest', source: 'request' });
  });

  it('cannot leave the region that its key is pinned to', async () => {
    await start({ endpoints: [DEAR_EU, CHEAP_US], key: { regionPin: 'eu' } });
    expect(await harness.served({ route: { policy: 'prefer-cheapest' } })).toBe(0);
    expect(await harness.served({ route: { region: 'us', fallback: true } })).toBe(0);
    const res = await harness.proxy.chat({ route: { region: 'us' } });
    expect(res.status).toBe(503);
    expect(await res.text()).toContain('region_pin');
    expect(res.headers.get('retry-after')).toBeNull();
    expect(harness.received[1]).toEqual([]);
  });

  it('cannot leave the pin on a failover either', async () => {
    await start({
      endpoints: [{ ...DEAR_EU, answer: answers('{}', 500) }, CHEAP_US],
      key: { regionPin: 'eu' },
    });
    expect((await harness.proxy.chat()).status).toBe(502);
    expect(harness.received[1]).toEqual([]);
  });

  it('stays inside the wished region unless fallback is true', async () => {
    const endpoints = [{ ...DEAR_EU, answer: answers('{}', 500) }, CHEAP_US];
    await start({ endpoints });
    expect((await harness.proxy.chat({ route: { region: 'eu' } })).status).toBe(502);
    expect(harness.received[1]).toEqual([]);
    const res = await harness.proxy.chat({ route: { region: 'eu', fallback: true } });
    expect(res.status).toBe(200);
    expect(res.headers.get('x-weir-region')).toBe('us');
    expect(res.headers.get('x-weir-attempts')).toBe('2');
  });

  it('tries no second endpoint with fallback: false', async () => {
    await start({
      endpoints: [{ ...CHEAP_US, priority: 1, answer: answers('{}', 500) }, CHEAP_US],
    });
    expect((await harness.proxy.chat({ route: { fallback: false } })).status).toBe(502);
    expect(harness.received.map(({ length }) => length)).toEqual([1, 0]);
    expect((await harness.proxy.chat()).status).toBe(200);
  });

  it('names an unknown provider as the reason that nothing is left', async () => {
    await start({ endpoints: [CHEAP_US] });
    const res = await harness.proxy.chat({ route: { provider: 'nobody' } });
    expect(res.status).toBe(503);
    expect(await res.text()).toContain('provider (1)');
    expect(harness.lastRefusedTrace()).toMatchObject({
      picked: null,
      considered: [{ excluded: 'provider', score: null }],
      attempts: [],
    });
  });
});

describe('level scores', () => {
  it('keep a key and its end user where they were, and draw for each new one', async () => {
    await start({ endpoints: [CHEAP_US, CHEAP_US] });
    const firsts = new Set<number>();
    for (let n = 0; n < 24; n += 1) {
      const user = `user-${String(n)}`;
      const first = await harness.served({ user });
      firsts.add(first);
      expect(await harness.served({ user })).toBe(first);
    }
    expect(harness.lastTrace().reason).toBe('level scores: used last by this caller');
    expect(firsts).toEqual(new Set([0, 1]));
  });

  it('move a caller for good once its endpoint failed', async () => {
    let fails = true;
    const flaky: UpstreamHandler = (req, res, body) => {
      (fails ? answers('{}', 500) : answers())(req, res, body);
    };
    await start({ endpoints: [{ ...CHEAP_US, answer: flaky }, CHEAP_US] });
    let user = '';
    for (let n = 0; n < 40 && harness.received[0]?.length === 0; n += 1) {
      user = `user-${String(n)}`;
      expect(await harness.served({ user })).toBe(1);
    }
    expect(harness.received[0]).toHaveLength(1);
    fails = false;
    for (let n = 0; n < 10; n += 1) expect(await harness.served({ user })).toBe(1);
    expect(harness.received[0]).toHaveLength(1);
  });
});

describe('the trace of a request', () => {
  it('names every loser and why, the score’s terms, and who chose the policy', async () => {
    await start({
      endpoints: [
        { price: 1_000_000_000n },
        { price: 4_000_000_000n, region: 'us', carbon: 2 },
        { price: null },
      ],
    });
    await harness.served({ route: { policy: 'prefer-cheapest' } });
    const trace = harness.lastTrace();
    expect(trace).toMatchObject({
      policy: 'prefer-cheapest',
      source: 'request',
      requested_model: 'm',
      reason: 'the best score',
      considered: [
        { provider: 'provider-0', region: 'eu', price: '1', score: 1, carbon: null },
        { provider: 'provider-1', region: 'us', price: '4', score: 0.4, carbon: 2 },
        { provider: 'provider-2', price: null, score: null, excluded: 'unpriced' },
      ],
    });
    expect(trace.considered[1]?.terms).toEqual({
      price: 0.2,
      latency: 0.1,
      carbon: 0,
      health: 0.1,
    });
    expect(trace.picked).toBe(trace.considered[0]?.endpoint);
  });

  it('says which member kept a request from an endpoint whose dialect has no place for it', async () => {
    await start({ endpoints: [{ kind: 'anthropic', priority: 1 }, {}] });
    expect(await harness.served({ n: 2 })).toBe(1);
    expect(harness.lastTrace().considered[0]).toMatchObject({ provider: 'provider-0' });
    expect(harness.lastTrace().considered[0]?.excluded).toMatch(/^cannot_take:/);
    expect(harness.lastTrace().considered[1]?.excluded).toBeUndefined();
  });

  it('holds no credential and no address', async () => {
    await start({ endpoints: [{ ...CHEAP_US, answer: answers('{}', 500) }, DEAR_EU] });
    await harness.served();
    const text = JSON.stringify(harness.lastTrace());
    expect(harness.lastTrace().attempts).toHaveLength(2);
    for (const secret of [CREDENTIAL, KEY, '127.0.0.1', 'hello there']) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('an endpoint that asked to be left alone', () => {
  it.each([
    ['retry-after-ms', '20000', 19, 20],
    ['retry-after', '20', 19, 20],
    ['retry-after', new Date(Date.now() + 3_600_000).toUTCString(), 299, 300],
    ['retry-after', 'later', 0, 0],
  ])('is believed when it says %s: %s', async (name, value, fromS, toS) => {
    await start({ endpoints: [{ answer: answers('{}', 503, { [name]: value }) }] });
    await harness.proxy.chat();
    const record = harness.proxy.health.recordOf('00000000-0000-4000-8000-000000000000');
    const retryInS = (record?.retryInMs(performance.now()) ?? 0) / 1_000;
    expect(retryInS).toBeGreaterThanOrEqual(fromS);
    expect(retryInS).toBeLessThanOrEqual(toS);
  });

  it('is not called again until its time has come, and says so when it is the only one', async () => {
    const busy = answers('{}', 429, { 'retry-after': '30' });
    await start({ endpoints: [{ ...CHEAP_US, priority: 1, answer: busy }, CHEAP_US] });
    expect(await harness.served()).toBe(1);
    for (let n = 0; n < 3; n += 1) await harness.served();
    expect(harness.received.map(({ length }) => length)).toEqual([1, 4]);
    expect(harness.lastTrace().considered).toMatchObject([
      { provider: 'provider-1' },
      { provider: 'provider-0', excluded: 'unavailable', health: 'unavailable' },
    ]);
    await harness.stop();
    await start({ endpoints: [{ ...CHEAP_US, answer: busy }] });
    expect((await harness.proxy.chat()).status).toBe(502);
    const res = await harness.proxy.chat();
    expect(res.status).toBe(503);
    expect(Number(res.headers.get('retry-after'))).toBeGreaterThan(25);
    expect(harness.received[0]).toHaveLength(1);
  });
});
