import { afterEach, describe, expect, it } from 'vitest';
import {
  anyKey,
  anyLimits,
  KEY,
  ProxyHarness,
  until,
  type UpstreamHandler,
} from '../testing/proxy-harness.js';
import { answers, CONTENT, DONE, streams, usageChunk } from '../testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

/** An instant in the middle of a minute, with room for every window behind it. */
const NOON = Date.UTC(2026, 4, 4, 12, 0, 30);
let nowMs = NOON;

type LimitChanges = Parameters<typeof anyLimits>[0];

async function startWith(changes: LimitChanges, upstream = answers()): Promise<void> {
  nowMs = NOON;
  harness = await ProxyHarness.start({
    upstreams: [upstream],
    keys: { [KEY]: anyKey(anyLimits(changes)) },
    nowMs: () => nowMs,
  });
}

interface Refused {
  readonly error: Record<string, unknown>;
}
const errorOf = async (res: Response): Promise<Refused['error']> =>
  ((await res.json()) as Refused).error;

describe('requests per minute', () => {
  it('counts the last sixty seconds, not the minute of the clock', async () => {
    await startWith({ requestsPerMinute: 2 });
    expect((await harness.chat()).status).toBe(200);
    nowMs += 40_000;
    expect((await harness.chat()).status).toBe(200);
    nowMs += 10_000;
    const third = await harness.chat();
    expect(third.status).toBe(429);
    expect(third.headers.get('retry-after')).toBe('10');
    expect(third.headers.get('retry-after-ms')).toBe('10000');
    expect(third.headers.get('x-should-retry')).toBe('true');
    expect(await errorOf(third)).toMatchObject({
      code: 'rate_limit_exceeded',
      limit: 2,
      scope: 'key_requests_per_minute',
      used: 2,
      reset_at: new Date(NOON + 60_000).toISOString(),
      retry_after: 10,
    });
    nowMs += 10_000;
    expect((await harness.chat()).status).toBe(200);
  });

  it('tells on every answer what is left, in OpenAI’s durations', async () => {
    await startWith({ requestsPerMinute: 2 });
    const first = await harness.chat();
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    expect(first.headers.get('x-ratelimit-reset-requests')).toBe('1m0s');
    expect(first.headers.get('x-ratelimit-limit-tokens')).toBeNull();
    await harness.chat();
    const refused = await harness.chat();
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
  });

  it('are told with an upstream’s error as well', async () => {
    await startWith({ requestsPerMinute: 9 }, answers('{"error":{"message":"no"}}', 400));
    const relayed = await harness.chat();
    expect(relayed.status).toBe(400);
    expect(relayed.headers.get('x-ratelimit-remaining-requests')).toBe('8');
    await harness.stop();
    await startWith({ requestsPerMinute: 9 }, answers('', 500));
    const failed = await harness.chat();
    expect(failed.status).toBe(502);
    expect(failed.headers.get('x-ratelimit-remaining-requests')).toBe('8');
  });

  it('are not told where no limit is set', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    const res = await harness.chat();
    expect([...res.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
  });
});

describe('the stricter of key and tier', () => {
  it('is the tier’s when the key asks for more', async () => {
    await startWith({ requestsPerMinute: 100, tierRequestsPerMinute: 1 });
    const first = await harness.chat();
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('1');
    expect(await errorOf(await harness.chat())).toMatchObject({
      scope: 'account_requests_per_minute',
      limit: 1,
    });
  });

  it('is the key’s when it is narrower', async () => {
    await startWith({ requestsPerMinute: 1, tierRequestsPerMinute: 100 });
    await harness.chat();
    expect(await errorOf(await harness.chat())).toMatchObject({ scope: 'key_requests_per_minute' });
  });

  it('counts the tier’s over all keys of the account', async () => {
    const tier = { tierRequestsPerMinute: 2 };
    const other = '33333333-3333-4333-8333-333333333333';
    harness = await ProxyHarness.start({
      upstreams: [answers()],
      keys: {
        [KEY]: anyKey(anyLimits(tier)),
        second: anyKey({ id: other, ...anyLimits({ id: other, ...tier }) }),
      },
    });
    const second = { authorization: 'Bearer second' };
    expect((await harness.chat()).status).toBe(200);
    expect((await harness.chat({}, second)).status).toBe(200);
    expect((await harness.chat({}, second)).status).toBe(429);
    expect((await harness.chat()).status).toBe(429);
  });

  it('counts a refused request on neither', async () => {
    await startWith({ requestsPerMinute: 1, tierRequestsPerMinute: 2 });
    await harness.chat();
    for (let n = 0; n < 5; n += 1) expect((await harness.chat()).status).toBe(429);
    nowMs += 60_000;
    expect((await harness.chat()).headers.get('x-ratelimit-remaining-requests')).toBe('0');
  });
});

describe('tokens per minute', () => {
  it('hold the estimate while the request runs and the true usage afterwards', async () => {
    await startWith({ tokensPerMinute: 300 });
    const first = await harness.chat({ max_tokens: 200 });
    expect(first.status).toBe(200);
    const left = Number(first.headers.get('x-ratelimit-remaining-tokens'));
    expect(left).toBeLessThan(100);
    // 12 + 5 tokens were used in truth.
    const second = await harness.chat({ max_tokens: 200 });
    expect(second.status).toBe(200);
    expect(Number(second.headers.get('x-ratelimit-remaining-tokens'))).toBe(left - 17);
  });

  it('count what streams used', async () => {
    await startWith({ tokensPerMinute: 10_000 }, streams(...CONTENT, usageChunk(12, 8_000), DONE));
    await (await harness.chat({ stream: true, max_tokens: 8_000 })).text();
    await until(() => harness.endings.length === 1, 'the stream ended');
    const res = await harness.chat({ max_tokens: 2_000 });
    expect(res.status).toBe(429);
    expect(await errorOf(res)).toMatchObject({ scope: 'key_tokens_per_minute', used: 8_012 });
  });

  it('are given back when nothing was used', async () => {
    await startWith({ tokensPerMinute: 300 }, answers('', 500));
    expect((await harness.chat({ max_tokens: 250 })).status).toBe(502);
    expect((await harness.chat({ max_tokens: 250 })).status).toBe(502);
  });

  it('refuse for good what alone is more than the limit, without a time to retry at', async () => {
    await startWith({ tokensPerMinute: 300 });
    const res = await harness.chat({ max_tokens: 400 });
    expect(res.status).toBe(429);
    expect(res.headers.get('retry-after')).toBeNull();
    expect(res.headers.get('x-should-retry')).toBe('false');
    expect(await errorOf(res)).toMatchObject({ used: 0, retry_after: null, reset_at: null });
    expect(harness.money.begun).toHaveLength(0);
  });

  it('never refuse an empty minute for a bound that the client did not name', async () => {
    await startWith({ tokensPerMinute: 300 });
    expect((await harness.chat({ max_tokens: undefined })).status).toBe(200);
  });
});

describe('requests at once', () => {
  it('count over the account where the tier limits them', async () => {
    const finish: (() => void)[] = [];
    const upstream: UpstreamHandler = (req, res, body) => {
      finish.push(() => {
        answers()(req, res, body);
      });
    };
    await startWith({ concurrentRequests: 5, tierConcurrentRequests: 1 }, upstream);
    const first = harness.chat();
    await until(() => finish.length === 1, 'the first runs');
    const second = await harness.chat();
    expect(second.status).toBe(429);
    expect(await errorOf(second)).toMatchObject({
      code: 'concurrency_limit_exceeded',
      scope: 'account_concurrent_requests',
      used: 1,
      reset_at: null,
      retry_after: 1,
    });
    finish[0]?.();
    expect((await first).status).toBe(200);
    const third = harness.chat();
    await until(() => finish.length === 2, 'the third runs');
    finish[1]?.();
    expect((await third).status).toBe(200);
  });

  it('are free again after refusals by money', async () => {
    await startWith({ concurrentRequests: 1 });
    harness.money.balanceNano = 0n;
    for (let n = 0; n < 3; n += 1) expect((await harness.chat()).status).toBe(402);
    harness.money.balanceNano = 1_000_000_000n;
    expect((await harness.chat()).status).toBe(200);
  });
});

describe('windows of hours and days', () => {
  it.each([
    ['requests5h', 'key_requests_5h', 5 * 3_600_000],
    ['requests24h', 'key_requests_24h', 24 * 3_600_000],
    ['requests7d', 'key_requests_7d', 7 * 24 * 3_600_000],
  ] as const)(
    '%s refuses above its limit until its bucket leaves',
    async (name, scope, lengthMs) => {
      await startWith({ [name]: 2 });
      await harness.chat();
      await harness.chat();
      const refused = await harness.chat();
      expect(refused.status).toBe(429);
      const { scope: said, retry_after: retryAfter } = await errorOf(refused);
      expect(said).toBe(scope);
      expect(Number(retryAfter) * 1000).toBeGreaterThan((lengthMs / 60) * 59);
      expect(Number(retryAfter) * 1000).toBeLessThanOrEqual(lengthMs);
      nowMs += Number(retryAfter) * 1000 - 1_000;
      expect((await harness.chat()).status).toBe(429);
      nowMs += 1_000;
      expect((await harness.chat()).status).toBe(200);
    },
  );

  it('go on after a restart with what the request rows say', async () => {
    nowMs = NOON;
    harness = await ProxyHarness.start({
      upstreams: [answers()],
      keys: { [KEY]: anyKey(anyLimits({ requests24h: 10 })) },
      nowMs: () => nowMs,
      history: [
        { bucket: NOON / 60_000 - 3 * 60, amount: 7 },
        { bucket: NOON / 60_000 - 25 * 60, amount: 90 },
      ].map(({ bucket, amount }) => ({ bucket: Math.floor(bucket), amount })),
    });
    expect((await harness.chat()).headers.get('x-ratelimit-remaining-requests')).toBe('2');
    await harness.chat();
    await harness.chat();
    expect((await harness.chat()).status).toBe(429);
  });

  it('do not count what never went upstream', async () => {
    await startWith({ requests5h: 1 });
    harness.money.balanceNano = 0n;
    for (let n = 0; n < 3; n += 1) expect((await harness.chat()).status).toBe(402);
    harness.money.balanceNano = 1_000_000_000n;
    expect((await harness.chat()).status).toBe(200);
    expect((await harness.chat()).status).toBe(429);
  });
});

describe('many requests at once', () => {
  it('get exactly as many places as there are', async () => {
    await startWith({ requestsPerMinute: 10, requests5h: 1_000 });
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async () => (await harness.chat()).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(50);
  });
});
