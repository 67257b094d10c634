import { randomUUID } from 'node:crypto';
import { createPgPool, CredentialBox, PgBus } from '@weir/platform';
import { startTestDatabase, type TestDatabase } from '@weir/test-kit';
import { FACTOR_ONE } from '@weir/units';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UpstreamPools } from '../forward/upstream-pools.js';
import { GATEWAY_LIMITS } from '../limits.js';
import { until } from '../testing/proxy-harness.js';
import { ConfigKeeper } from './config-keeper.js';

let database: TestDatabase;
let owner: pg.Pool;
beforeAll(async () => {
  database = await startTestDatabase();
  owner = new pg.Pool({ connectionString: database.url, max: 2 });
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const DIGEST = 'd'.repeat(64);
let account = '';
let key = '';
let pool: pg.Pool;
let bus: PgBus;
let pools: UpstreamPools;
let keeper: ConfigKeeper;

beforeEach(async () => {
  account = randomUUID();
  key = randomUUID();
  await owner.query('DELETE FROM api_key');
  await owner.query('SELECT account_create($1, $2, NULL)', [account, 'test']);
  await owner.query(
    `INSERT INTO api_key (id, account, label, prefix, last4, digest) VALUES ($1, $2, 'k', 'weir-sk-aaaaaaaa', 'zzzz', $3)`,
    [key, account, DIGEST],
  );
  const config = { databaseUrl: database.url, process: 'gateway' } as const;
  const limits = { ...GATEWAY_LIMITS, pollMs: 50 };
  pool = createPgPool(config, { max: 2 });
  bus = new PgBus(config);
  await bus.start();
  pools = new UpstreamPools({ allow: [], limits });
  const box = new CredentialBox([Buffer.alloc(32)]);
  keeper = new ConfigKeeper({ pool, bus, box, pools, limits, logger: pino({ level: 'silent' }) });
  await keeper.start();
});
afterEach(async () => {
  keeper.stop();
  await bus.close();
  await pools.destroy();
  await pool.end();
});

const peek = () => keeper.keys.peek(DIGEST, performance.now());

describe('the configuration in memory', () => {
  it('knows a key once it was asked for, and that an unknown one is unknown', async () => {
    expect(peek()).toBeUndefined();
    expect(await keeper.keys.load(DIGEST, performance.now())).toMatchObject({ id: key, account });
    expect(peek()).toMatchObject({ id: key });
    expect(await keeper.keys.load('0'.repeat(64), performance.now())).toBeNull();
    expect(keeper.keys.peek('0'.repeat(64), performance.now())).toBeNull();
  });

  it('forgets a key within a second of its revocation', async () => {
    await keeper.keys.load(DIGEST, performance.now());
    await owner.query('UPDATE api_key SET revoked_at = now() WHERE id = $1', [key]);
    const revokedMs = performance.now();
    await until(() => peek() === undefined, 'the key is forgotten');
    expect(performance.now() - revokedMs).toBeLessThan(1_000);
    const again = await keeper.keys.load(DIGEST, performance.now());
    expect(again?.revokedAtMs).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('forgets the keys of an account whose limits changed', async () => {
    await keeper.keys.load(DIGEST, performance.now());
    await owner.query('INSERT INTO allowance_limit (owner, kind, cap) VALUES ($1, 1, 0)', [
      account,
    ]);
    await until(() => peek() === undefined, 'the key is forgotten');
    expect((await keeper.keys.load(DIGEST, performance.now()))?.blockedKinds).toBe(2);
  });

  it('knows how the key and its account wish to be routed, and hears when that changes', async () => {
    const sources = async () =>
      (await keeper.keys.load(DIGEST, performance.now()))?.routing.map(({ source, options }) => [
        source,
        options.policy ?? options.preferLowCarbon,
      ]);
    expect(await sources()).toEqual([]);
    await owner.query(`UPDATE account SET routing = '{"policy": "prefer-fastest"}' WHERE id = $1`, [
      account,
    ]);
    await until(() => peek() === undefined, 'the key is forgotten');
    await owner.query(
      `UPDATE api_key SET routing = '{"policy": "prefer-cheapest"}', prefer_low_carbon = true WHERE id = $1`,
      [key],
    );
    await until(() => peek() === undefined, 'the key is forgotten');
    expect(await sources()).toEqual([
      ['key', 'prefer-cheapest'],
      ['key', true],
      ['account', 'prefer-fastest'],
    ]);
    // Written by another release: no wish rather than a wrong one.
    await owner.query(`UPDATE account SET routing = '{"policy": "newer"}' WHERE id = $1`, [
      account,
    ]);
    await until(() => peek() === undefined, 'the key is forgotten');
    expect(await sources()).toHaveLength(2);
  });

  it('notices by the sequence what was never announced', async () => {
    await keeper.keys.load(DIGEST, performance.now());
    keeper.sequenceSeen(1_000_000n);
    expect(peek()).toBeUndefined();
  });

  it('polls for changes while LISTEN is broken', async () => {
    await keeper.keys.load(DIGEST, performance.now());
    // A broken LISTEN hears nothing and does not come back while the test runs.
    Object.defineProperty(bus, 'healthy', { get: () => false });
    bus.removeAllListeners('reconnected');
    await owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'weir gateway bus' AND datname = current_database()`,
    );
    await owner.query('ALTER TABLE api_key DISABLE TRIGGER api_key_config');
    await owner.query('UPDATE api_key SET revoked_at = now() WHERE id = $1', [key]);
    await owner.query('ALTER TABLE api_key ENABLE TRIGGER api_key_config');
    await owner.query('UPDATE config_version SET seq = seq + 1');
    await until(() => peek() === undefined, 'the key is forgotten');
  });

  it('serves what it has for a while when PostgreSQL is gone, then no longer', () => {
    const nowMs = performance.now();
    expect(keeper.freshness.mayServe(nowMs + GATEWAY_LIMITS.staleMs - 1_000)).toBe(true);
    expect(keeper.freshness.mayServe(nowMs + GATEWAY_LIMITS.staleMs + 1_000)).toBe(false);
  });

  it('takes a new price from its instant on', async () => {
    const provider = randomUUID();
    const endpoint = randomUUID();
    await owner.query(
      `INSERT INTO provider (id, slug, name, kind, base_url) VALUES ($1, $2, 'P', 'openai', 'https://example.com/v1')`,
      [provider, `p-${provider.slice(0, 8)}`],
    );
    await owner.query(`INSERT INTO model (id, name) VALUES ('priced', 'Priced')`);
    await owner.query(
      `INSERT INTO endpoint (id, provider, model, upstream_model, carbon_grams_per_1k) VALUES ($1, $2, 'priced', 'up', 0.25)`,
      [endpoint, provider],
    );
    await owner.query(
      `INSERT INTO price (model, valid_from, input_nano, output_nano) VALUES ('priced', now() - interval '1 hour', 100, 200), ('priced', now() + interval '1 hour', 300, 400)`,
    );
    await until(
      () => keeper.current?.models.get('priced')?.endpoints.length === 1,
      'the model is served',
    );
    expect(keeper.current?.models.get('priced')?.endpoints[0]?.carbonGrams).toBe(0.25);
    await until(() => inputPriceAt(Date.now()) === 100n, 'its price is known');
    expect(inputPriceAt(Date.now() + 2 * 3_600_000)).toBe(300n);
  });

  it('charges a model without a price the token price once the admin says so', async () => {
    const provider = randomUUID();
    await owner.query(
      `INSERT INTO provider (id, slug, name, kind, base_url) VALUES ($1, $2, 'P', 'openai', 'https://example.com/v1')`,
      [provider, `p-${provider.slice(0, 8)}`],
    );
    await owner.query(`INSERT INTO model (id, name) VALUES ('unpriced', 'Unpriced')`);
    await owner.query(
      `INSERT INTO endpoint (id, provider, model, upstream_model) VALUES ($1, $2, 'unpriced', 'up')`,
      [randomUUID(), provider],
    );
    await owner.query(
      `INSERT INTO token_price (price_nano, ledger_rate_nano, valid_from) VALUES (20000, 1500000000, now() - interval '1 hour'), (20000, 3000000000, now() + interval '1 hour')`,
    );
    await until(
      () => keeper.current?.models.get('unpriced')?.endpoints.length === 1,
      'the model is served',
    );
    expect(inputPriceAt(Date.now(), 'unpriced')).toBeNull();
    await owner.query(
      `INSERT INTO setting (name, value) VALUES ('unpriced_models', '"token-price"')`,
    );
    await until(() => inputPriceAt(Date.now(), 'unpriced') !== null, 'the policy is known');
    expect(inputPriceAt(Date.now(), 'unpriced')).toBe(30_000_000_000n);
    expect(inputPriceAt(Date.now() + 2 * 3_600_000, 'unpriced')).toBe(60_000_000_000n);
    await owner.query(`UPDATE setting SET value = '"block"' WHERE name = 'unpriced_models'`);
    await until(() => inputPriceAt(Date.now(), 'unpriced') === null, 'it is blocked again');
  });
});

function inputPriceAt(nowMs: number, name = 'priced'): bigint | null {
  const model = keeper.current?.models.get(name);
  const served = model?.endpoints[0];
  if (keeper.current === null || model === undefined || served === undefined) return null;
  return keeper.current.priced(model, served, FACTOR_ONE, nowMs)?.price.input ?? null;
}
