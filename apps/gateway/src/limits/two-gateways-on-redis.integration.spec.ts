import { randomUUID } from 'node:crypto';
import type { BucketUse } from '@weir/domain';
import { RedisLink } from '@weir/platform';
import { eventually, startTestRedis, testRedisUrl, type TestRedis } from '@weir/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { anyLimits } from '../testing/proxy-harness.js';
import { KeyLimiter, type Entry } from './key-limiter.js';
import { LimitGrant } from './limit-grant.js';
import type { KeyLimits } from './limit-rules.js';
import { RedisCounters } from './redis-counters.js';

/** Where the run found no redis-server, its set-up has said so loudly. */
const onRedis = testRedisUrl() === undefined ? describe.skip : describe;

/** A Redis of this file's own: it is stopped, frozen and emptied here. */
let redis: TestRedis | null = null;
beforeAll(async () => {
  if (testRedisUrl() !== undefined) redis = await startTestRedis();
});
afterAll(async () => {
  await redis?.stop();
});

/** One gateway's view: its limiter, its connection. */
class Gateway {
  readonly link: RedisLink;
  readonly counters: RedisCounters;
  readonly limiter: KeyLimiter;
  history: BucketUse[] = [];
  readings = 0;

  constructor(url: string) {
    this.link = new RedisLink({ url, probeMs: 20 });
    this.counters = new RedisCounters(this.link);
    this.limiter = new KeyLimiter({
      nowMs: () => Date.now(),
      readHistory: () => {
        this.readings += 1;
        return Promise.resolve(this.history);
      },
      shared: this.counters,
    });
  }

  async enter(limits: KeyLimits, tokens = 0): Promise<Entry> {
    return await this.limiter.enter(limits, tokens);
  }

  stop(): void {
    this.counters.stop();
    this.link.close();
  }
}

const gateways: Gateway[] = [];
afterEach(() => {
  for (const gateway of gateways.splice(0)) gateway.stop();
});

async function start(): Promise<Gateway> {
  const gateway = new Gateway(server().url);
  gateways.push(gateway);
  await up(gateway);
  return gateway;
}

const up = (gateway: Gateway): Promise<void> =>
  eventually(() => {
    expect(gateway.link.up).toBe(true);
  });

function server(): TestRedis {
  if (redis === null) throw new Error('These tests need a redis-server on the PATH.');
  return redis;
}

/** Limits of a key and account that no other test uses. */
function limitsOf(changes: Parameters<typeof anyLimits>[0]): KeyLimits {
  const { limits } = anyLimits({ id: randomUUID(), account: randomUUID(), ...changes });
  if (limits === null) throw new Error('No limits.');
  return limits;
}

function granted(entry: Entry): LimitGrant {
  if (!(entry instanceof LimitGrant)) throw new Error(`Refused by ${entry.rule.name}.`);
  return entry;
}

const passes = (entry: Entry): boolean => entry instanceof LimitGrant;

onRedis('two gateways with one Redis', () => {
  it('let exactly as many requests pass as one would', async () => {
    const [a, b] = [await start(), await start()];
    const limits = limitsOf({ requestsPerMinute: 20 });
    const entries = await Promise.all(
      Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? a : b).enter(limits)),
    );
    expect(entries.filter(passes)).toHaveLength(20);
  });

  it('see what the other one has running, and when it ends', async () => {
    const [a, b] = [await start(), await start()];
    const limits = limitsOf({ concurrentRequests: 1 });
    const first = granted(await a.enter(limits));
    const refused = await b.enter(limits);
    expect(refused).toMatchObject({
      rule: { name: 'concurrent_requests' },
      used: 1,
      waitMs: 1_000,
    });
    a.limiter.leave(first, true);
    await eventually(async () => {
      expect(passes(await b.enter(limits))).toBe(true);
    });
  });

  it('count tokens by the estimate, then by the true usage', async () => {
    const [a, b] = [await start(), await start()];
    const limits = limitsOf({ tokensPerMinute: 1_000 });
    const first = granted(await a.enter(limits, 900));
    expect(first.state.tokens).toMatchObject({ limit: 1_000, remaining: 100 });
    expect(await b.enter(limits, 200)).toMatchObject({ used: 900, amount: 200 });
    expect(await b.enter(limits, 2_000)).toMatchObject({ waitMs: null });
    first.tokensSpent = 50;
    a.limiter.leave(first, true);
    await eventually(async () => {
      expect(granted(await b.enter(limits, 0)).state.tokens?.remaining).toBe(950);
    });
  });

  it('give a tier’s limit to all keys of the account together', async () => {
    const [a, b] = [await start(), await start()];
    const account = randomUUID();
    const one = limitsOf({ account, tierRequestsPerMinute: 2, requestsPerMinute: 50 });
    const two = limitsOf({ account, tierRequestsPerMinute: 2 });
    expect(passes(await a.enter(one))).toBe(true);
    expect(passes(await b.enter(two))).toBe(true);
    expect(await a.enter(one)).toMatchObject({ rule: { scope: 'account' }, used: 2 });
  });

  it('count a request that one limit refuses on no other', async () => {
    const a = await start();
    const limits = limitsOf({ requestsPerMinute: 5, concurrentRequests: 1 });
    const first = granted(await a.enter(limits));
    for (let n = 0; n < 9; n += 1) expect(passes(await a.enter(limits))).toBe(false);
    a.limiter.leave(first, true);
    await eventually(async () => {
      expect(granted(await a.enter(limits)).state.requests?.remaining).toBe(3);
    });
  });

  it('say when there is room again', async () => {
    const a = await start();
    const limits = limitsOf({ requestsPerMinute: 1 });
    await a.enter(limits);
    const refused = await a.enter(limits);
    if (refused instanceof LimitGrant || refused.waitMs === null) throw new Error('Not refused.');
    expect(refused.waitMs).toBeGreaterThan(50_000);
    expect(refused.waitMs).toBeLessThanOrEqual(60_000);
  });

  it('free the slots of a gateway that died', async () => {
    const [a, b] = [await start(), await start()];
    const limits = limitsOf({ concurrentRequests: 1 });
    await a.enter(limits);
    const name = `weir:limit:{${limits.account}}:${limits.rules[0]?.counter ?? ''}`;
    a.stop();
    // Its lease is over; nobody renewed it.
    const slot = await server().run('ZRANGE', name, '0', '0');
    await server().run('ZADD', name, '1', slot);
    expect(passes(await b.enter(limits))).toBe(true);
  });

  it('keep the slots of what still runs', async () => {
    const [a, b] = [await start(), await start()];
    const limits = limitsOf({ concurrentRequests: 1 });
    await a.enter(limits);
    const name = `weir:limit:{${limits.account}}:${limits.rules[0]?.counter ?? ''}`;
    const slot = await server().run('ZRANGE', name, '0', '0');
    const soon = String(Date.now() + 2_000);
    await server().run('ZADD', name, soon, slot);
    a.counters.renew();
    await eventually(async () => {
      expect(Number(await server().run('ZSCORE', name, slot))).toBeGreaterThan(Number(soon));
    });
    expect(passes(await b.enter(limits))).toBe(false);
  });
});

onRedis('windows of hours and days in Redis', () => {
  const minuteOf = (ms: number): number => Math.floor(ms / 60_000);

  it('begin with what the request rows say, read once per key', async () => {
    const a = await start();
    a.history = [{ bucket: minuteOf(Date.now() - 3_600_000), amount: 4 }];
    const limits = limitsOf({ requests24h: 6 });
    expect(granted(await a.enter(limits)).state.requests?.remaining).toBe(1);
    expect(passes(await a.enter(limits))).toBe(true);
    expect(passes(await a.enter(limits))).toBe(false);
    expect(a.readings).toBe(1);
  });

  it('survive a restart of the gateway', async () => {
    const a = await start();
    const limits = limitsOf({ requests7d: 2 });
    await a.enter(limits);
    await a.enter(limits);
    a.stop();
    const again = await start();
    expect(passes(await again.enter(limits))).toBe(false);
  });

  it('are rebuilt when Redis was emptied', async () => {
    const a = await start();
    const limits = limitsOf({ requests5h: 3 });
    await a.enter(limits);
    a.history = [{ bucket: minuteOf(Date.now()), amount: 2 }];
    await server().run('FLUSHALL');
    expect(granted(await a.enter(limits)).state.requests?.remaining).toBe(0);
    expect(passes(await a.enter(limits))).toBe(false);
  });

  it('do not count what never went upstream', async () => {
    const [a, b] = [await start(), await start()];
    const limits = limitsOf({ requests5h: 1 });
    a.limiter.leave(granted(await a.enter(limits)), false);
    await eventually(async () => {
      expect(passes(await b.enter(limits))).toBe(true);
    });
  });
});

onRedis('a Redis that goes away (F5)', () => {
  it('leaves each gateway with limits of its own, and is used again when it is back', async () => {
    const [a, b] = [await start(), await start()];
    const limits = limitsOf({ requestsPerMinute: 3, requests24h: 100 });
    const windows = limitsOf({ requests24h: 100 });
    await a.enter(windows);
    await a.enter(limits);
    await server().down();
    // What this gateway let pass before still counts; the other one's does not.
    expect(granted(await a.enter(limits)).state.requests?.remaining).toBe(1);
    expect(passes(await a.enter(limits))).toBe(true);
    expect(passes(await a.enter(limits))).toBe(false);
    expect(granted(await b.enter(limits)).state.requests?.remaining).toBe(2);
    await server().up();
    await up(a);
    await up(b);
    // What passed meanwhile stands in the request rows.
    a.history = [{ bucket: Math.floor(Date.now() / 60_000), amount: 60 }];
    const back = granted(await a.enter(windows));
    expect(back.sharedBuckets).not.toBeNull();
    expect(back.state.requests?.remaining).toBe(39);
  });

  it('that only freezes costs the first requests its deadline and the rest nothing', async () => {
    const a = await start();
    const limits = limitsOf({ requestsPerMinute: 100 });
    await a.enter(limits);
    const pid = /process_id:(\d+)/.exec(await server().run('INFO', 'server'))?.[1];
    process.kill(Number(pid), 'SIGSTOP');
    try {
      expect(granted(await a.enter(limits)).sharedBuckets).toBeNull();
      expect(a.link.up).toBe(false);
      // Down: decided at once, without a promise.
      expect(a.limiter.enter(limits, 0)).toBeInstanceOf(LimitGrant);
    } finally {
      process.kill(Number(pid), 'SIGCONT');
    }
    await up(a);
    expect(granted(await a.enter(limits)).sharedBuckets).not.toBeNull();
  });

  it('that is full refuses nobody', async () => {
    const a = await start();
    const limits = limitsOf({ requestsPerMinute: 100 });
    await server().run('CONFIG', 'SET', 'maxmemory', '1');
    try {
      for (let n = 0; n < 3; n += 1) expect(passes(await a.enter(limits))).toBe(true);
      expect(a.link.up).toBe(false);
    } finally {
      await server().run('CONFIG', 'SET', 'maxmemory', '0');
    }
    await up(a);
  });
});

it('a key without limits has none to ask for', () => {
  expect(anyLimits({}).limits).toBeNull();
});
