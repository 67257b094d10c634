import { randomUUID } from 'node:crypto';
import { claimIdempotency, findIdempotencyUse, freeIdempotency } from '@weir/data';
import { createPgPool } from '@weir/platform';
import { startTestDatabase, type TestDatabase } from '@weir/test-kit';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  anyKey,
  anyLimits,
  KEY,
  ProxyHarness,
  until,
  type HarnessInput,
  type UpstreamHandler,
} from '../testing/proxy-harness.js';
import { answers, CONTENT, DONE, streams, usageChunk } from '../testing/wire.js';
import type { IdempotencyStore } from './idempotency.js';

let database: TestDatabase;
let owner: pg.Pool;
let pool: pg.Pool;
beforeAll(async () => {
  database = await startTestDatabase();
  owner = new pg.Pool({ connectionString: database.url, max: 2 });
  pool = createPgPool({ databaseUrl: database.url, process: 'gateway' }, { max: 4 });
});
afterAll(async () => {
  await pool.end();
  await owner.end();
  await database.drop();
});

const harnesses: ProxyHarness[] = [];
let calls = 0;
beforeEach(async () => {
  calls = 0;
  await owner.query('DELETE FROM idempotency');
});
afterEach(async () => {
  for (const harness of harnesses.splice(0)) await harness.stop();
});

/** As the gateway has it; `fails` makes its calls reject. */
class Store implements IdempotencyStore {
  fails: 'find' | 'claim' | 'free' | null = null;
  claims = 0;
  finds = 0;
  /** Claims wait until so many have looked: then all of them have found nothing. */
  lookersAwaited = 0;

  async find(...args: Parameters<IdempotencyStore['find']>) {
    if (this.fails === 'find') throw new Error('away');
    const use = await findIdempotencyUse(pool, ...args);
    this.finds += 1;
    return use;
  }

  async claim(...args: Parameters<IdempotencyStore['claim']>) {
    this.claims += 1;
    await until(() => this.finds >= this.lookersAwaited, 'everybody has looked');
    const claimed = await claimIdempotency(pool, ...args);
    // The worst of all: it happened, and nobody knows.
    if (this.fails === 'claim') throw new Error('away');
    return claimed;
  }

  async free(...args: Parameters<IdempotencyStore['free']>) {
    if (this.fails === 'free') throw new Error('away');
    await freeIdempotency(pool, ...args);
  }
}

const counted =
  (handler: UpstreamHandler): UpstreamHandler =>
  (req, res, body) => {
    calls += 1;
    handler(req, res, body);
  };

/** A gateway on the shared database. */
async function gateway(
  upstream: UpstreamHandler = answers(),
  more: Partial<HarnessInput> = {},
): Promise<ProxyHarness> {
  const harness = await ProxyHarness.start({
    upstreams: [counted(upstream)],
    idempotency: new Store(),
    ...more,
  });
  harnesses.push(harness);
  return harness;
}

const named = (name: string): Record<string, string> => ({ 'idempotency-key': name });
const codeOf = async (res: Response): Promise<unknown> =>
  ((await res.json()) as { error: { code: unknown } }).error.code;

/** Settles a request, as the worker does. */
async function settle(id: string, httpStatus: number, status: string): Promise<void> {
  await owner.query(
    `INSERT INTO request (id, account, key, epoch, accepted_at, endpoint, dialect, streamed, requested_model, model,
       http_status, status, source, tokens, cost_nano) VALUES ($1, $1, $1, $1, now(), '', 'openai', false, '', '', $2, $3, 'none', 0, 0)`,
    [id, httpStatus, status],
  );
}

describe('the same Idempotency-Key', () => {
  it('costs a request without one nothing', async () => {
    const store = new Store();
    store.fails = 'find';
    const a = await gateway(answers(), { idempotency: store });
    expect((await a.chat()).status).toBe(200);
    expect(store.claims).toBe(0);
  });

  it('gives the answer again, with the ids of the new exchange, and asks nobody', async () => {
    const a = await gateway();
    const first = await a.chat({}, named('one'));
    const again = await a.chat({}, { ...named('one'), 'x-request-id': 'second' });
    expect(calls).toBe(1);
    expect(again.status).toBe(200);
    expect(await again.text()).toBe(await first.text());
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('x-request-id')).toBe('second');
    for (const name of ['x-weir-generation-id', 'x-weir-cost', 'content-type']) {
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    }
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(a.money.ended).toHaveLength(1);
    expect(a.money.open).toBe(0);
  });

  it('with another body or path is refused', async () => {
    const a = await gateway();
    await a.chat({}, named('one'));
    const other = await a.chat({ temperature: 1 }, named('one'));
    expect(other.status).toBe(422);
    expect(other.headers.get('x-should-retry')).toBe('false');
    expect(await codeOf(other)).toBe('idempotency_mismatch');
    expect(calls).toBe(1);
  });

  it('means nothing to another API key', async () => {
    const a = await gateway(answers(), {
      keys: { [KEY]: anyKey(), second: anyKey({ id: randomUUID() }) },
    });
    await a.chat({}, named('one'));
    const other = await a.chat(
      { temperature: 1 },
      { ...named('one'), authorization: 'Bearer second' },
    );
    expect(other.status).toBe(200);
    expect(calls).toBe(2);
  });

  it('while the first runs is a conflict, on every gateway', async () => {
    const finish: (() => void)[] = [];
    const slow: UpstreamHandler = (req, res, body) => {
      finish.push(() => {
        answers()(req, res, body);
      });
    };
    const [a, b] = [await gateway(slow), await gateway(slow)];
    const first = a.chat({}, named('one'));
    await until(() => finish.length === 1, 'the first runs');
    for (const harness of [a, b]) {
      const second = await harness.chat({}, named('one'));
      expect(second.status).toBe(409);
      expect(second.headers.get('retry-after')).toBe('1');
      expect(await codeOf(second)).toBe('idempotency_in_progress');
    }
    finish[0]?.();
    expect((await first).status).toBe(200);
    expect(calls).toBe(1);
  });

  it('in twenty requests that all found nothing makes one call', async () => {
    const store = new Store();
    store.lookersAwaited = 20;
    const finish: (() => void)[] = [];
    const slow: UpstreamHandler = (req, res, body) => {
      finish.push(() => {
        answers()(req, res, body);
      });
    };
    const gateways = [
      await gateway(slow, { idempotency: store }),
      await gateway(slow, { idempotency: store }),
    ];
    const sent = Array.from({ length: 20 }, async (_, n) => {
      return (await gateways[n % 2]?.chat({}, named('one')))?.status;
    });
    await until(() => finish.length > 0 && store.claims === 20, 'one of them runs');
    const losers = Promise.all(sent);
    await until(() => store.finds === 39, 'the others have looked again');
    finish[0]?.();
    const statuses = await losers;
    expect(calls).toBe(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(19);
    for (const { money } of gateways) expect(money.open).toBe(0);
  });

  it('that lost the race never goes on by itself, even when the winner was refused', async () => {
    const store = new Store();
    const a = await gateway(answers(), { idempotency: store });
    store.claim = async () => {
      store.claims += 1;
      return await Promise.resolve(false);
    };
    const res = await a.chat({}, named('one'));
    expect(res.status).toBe(409);
    expect(store.claims).toBe(1);
    expect(calls).toBe(0);
    expect(a.money.open).toBe(0);
  });

  it('in fifty requests at once on two gateways makes one call', async () => {
    const [a, b] = [await gateway(), await gateway()];
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        return (await (n % 2 === 0 ? a : b).chat({}, named('one'))).status;
      }),
    );
    expect(calls).toBe(1);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(1);
    expect(statuses.every((status) => status === 200 || status === 409)).toBe(true);
    for (const harness of [a, b]) expect(harness.money.open).toBe(0);
  });

  it('names a settled request whose answer another gateway had', async () => {
    const [a, b] = [await gateway(), await gateway()];
    const id = (await a.chat({}, named('one'))).headers.get('x-weir-generation-id') ?? '';
    await settle(id.slice('gen_'.length), 200, 'ok');
    const again = await b.chat({}, named('one'));
    expect(again.status).toBe(409);
    expect(again.headers.get('x-should-retry')).toBe('false');
    expect(again.headers.get('x-weir-generation-id')).toBe(id);
    expect(await again.json()).toMatchObject({
      error: { code: 'idempotency_settled', generation_id: id, http_status: 200, status: 'ok' },
    });
    expect(calls).toBe(1);
  });

  it('repeats an error, and tells SDKs not to ask for ever', async () => {
    const [a, b] = [await gateway(answers('', 500)), await gateway()];
    const first = await a.chat({}, named('one'));
    expect(first.status).toBe(502);
    const id = first.headers.get('x-weir-generation-id') ?? '';
    await settle(id.slice('gen_'.length), 502, 'upstream_unavailable');
    for (const harness of [a, b]) {
      const again = await harness.chat({}, named('one'));
      expect(again.status).toBe(502);
      expect(again.headers.get('x-should-retry')).toBe('false');
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(await codeOf(again)).toBe('upstream_unavailable');
    }
    expect(calls).toBe(1);
  });

  it.each([
    ['a stream', { stream: true }, streams(...CONTENT, usageChunk(), DONE)],
    ['a large answer', {}, answers(JSON.stringify({ x: 'x'.repeat(70_000) }))],
  ])('never keeps %s, and says that it has ended', async (_what, body, upstream) => {
    const a = await gateway(upstream);
    await (await a.chat(body, named('one'))).text();
    await until(() => a.endings.length === 1, 'it ended');
    const again = await a.chat(body, named('one'));
    expect(again.status).toBe(409);
    expect(await codeOf(again)).toBe('idempotency_settled');
    expect(calls).toBe(1);
  });

  it('of a request that was refused may be tried again', async () => {
    const a = await gateway(answers(), {
      keys: { [KEY]: anyKey(anyLimits({ concurrentRequests: 1 })) },
    });
    a.money.balanceNano = 0n;
    for (let n = 0; n < 3; n += 1) expect((await a.chat({}, named('one'))).status).toBe(402);
    a.money.balanceNano = 1_000_000_000n;
    expect((await a.chat({}, named('one'))).status).toBe(200);
    expect(calls).toBe(1);
  });

  it.each([
    ['is empty', ''],
    ['has 256 characters', 'x'.repeat(256)],
  ])('that %s is refused', async (_what, name) => {
    const a = await gateway();
    const res = await a.chat({}, named(name));
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({ error: { param: 'idempotency-key' } });
    expect((await a.chat({}, named('x'.repeat(255)))).status).toBe(200);
  });

  it('is stored as a digest, and so is the body', async () => {
    const a = await gateway();
    const canary = 'canary-of-the-prompt';
    await a.chat({ messages: [{ role: 'user', content: canary }] }, named('canary-of-the-name'));
    const { rows } = await owner.query<{ all: string }>('SELECT i::text AS all FROM idempotency i');
    expect(rows).toHaveLength(1);
    const stored = rows[0]?.all ?? '';
    for (const text of [canary, 'canary-of-the-name', Buffer.from(canary).toString('hex')]) {
      expect(stored).not.toContain(text);
    }
  });

  it('is free again after 24 hours', async () => {
    const a = await gateway();
    await a.chat({}, named('one'));
    await owner.query(`UPDATE idempotency SET claimed_at = now() - interval '24 hours'`);
    expect((await a.chat({ temperature: 1 }, named('one'))).status).toBe(200);
    expect(calls).toBe(2);
  });
});

describe('a gateway that died', () => {
  /** Leaves behind what a killed gateway leaves: a claim without a row. */
  async function lost(state: string): Promise<string> {
    const epoch = randomUUID();
    await owner.query(
      `INSERT INTO gateway_epoch (id, journal, slot, host, state) VALUES ($1, $1, '0', 'test', $2)`,
      [epoch, state],
    );
    await owner.query('UPDATE idempotency SET request = $1, epoch = $2', [randomUUID(), epoch]);
    return epoch;
  }

  it.each(['open', 'released'])(
    'leaves a conflict while its journal is %s: it may have asked upstream',
    async (state) => {
      const a = await gateway();
      await a.chat({}, named('one'));
      await lost(state);
      const again = await a.chat({}, named('one'));
      expect(again.status).toBe(409);
      expect(await codeOf(again)).toBe('idempotency_in_progress');
      expect(calls).toBe(1);
    },
  );

  it('leaves a free name when its journal is settled and the request never began', async () => {
    const [a, b] = [await gateway(), await gateway()];
    await a.chat({}, named('one'));
    await lost('closed');
    const again = await Promise.all([a, b].map((harness) => harness.chat({}, named('one'))));
    expect(again.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(calls).toBe(2);
  });

  it('leaves the id of what it settled', async () => {
    const a = await gateway();
    await a.chat({}, named('one'));
    await lost('closed');
    const { rows } = await owner.query<{ request: string }>('SELECT request FROM idempotency');
    await settle(rows[0]?.request ?? '', 500, 'gateway_lost');
    const again = await a.chat({}, named('one'));
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({
      error: { code: 'idempotency_settled', status: 'gateway_lost' },
    });
    expect(calls).toBe(1);
  });
});

describe('without PostgreSQL', () => {
  it.each(['find', 'claim'] as const)('nothing is sent when it cannot %s', async (fails) => {
    const store = new Store();
    store.fails = fails;
    const a = await gateway(answers(), { idempotency: store });
    const res = await a.chat({}, named('one'));
    expect(res.status).toBe(503);
    expect(await codeOf(res)).toBe('storage_unavailable');
    expect(calls).toBe(0);
    expect(a.money.open).toBe(0);
  });

  it('a claim whose answer was lost is given back as soon as it can be', async () => {
    const store = new Store();
    store.fails = 'claim';
    const a = await gateway(answers(), { idempotency: store });
    const freed = a.chat({}, named('one'));
    await freed;
    store.fails = null;
    let status = 0;
    for (let n = 0; n < 100 && status !== 200; n += 1) {
      status = (await a.chat({}, named('one'))).status;
    }
    expect(status).toBe(200);
    expect(calls).toBe(1);
  });
});
