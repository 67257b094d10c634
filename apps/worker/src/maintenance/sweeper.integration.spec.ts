import { randomUUID } from 'node:crypto';
import { MoneyFunctions } from '@weir/data';
import { eventually, startTestDatabase } from '@weir/test-kit';
import type { TestDatabase } from '@weir/test-kit';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Sweeper } from './sweeper.js';

const FAST = { tickMs: 20, lockRetryMs: 20 };
let database: TestDatabase;
let pool: pg.Pool;
let sweepers: Sweeper[];
beforeEach(async () => {
  database = await startTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 6, options: '-c role=weir_app' });
  pool.on('error', () => undefined);
  sweepers = [];
});
afterEach(async () => {
  await Promise.all(sweepers.map((sweeper) => sweeper.stop()));
  await pool.end();
  await database.drop();
});

function sweep(): { released: string[]; errors: unknown[]; sweeper: Sweeper } {
  const seen = { released: [] as string[], errors: [] as unknown[] };
  const sweeper = new Sweeper(
    pool,
    {
      released: (epochs) => seen.released.push(...epochs),
      retained: () => undefined,
      failed: (error) => seen.errors.push(error),
    },
    FAST,
  );
  sweepers.push(sweeper);
  sweeper.start();
  return { ...seen, sweeper };
}

async function openEpoch(): Promise<string> {
  const id = randomUUID();
  await new MoneyFunctions(pool).epochOpen({ id, journal: randomUUID(), slot: '0', host: 'test' });
  return id;
}
const silence = async (epoch: string): Promise<number> => {
  const { rows } = await pool.query<{ silent: number }>(
    'SELECT silent FROM gateway_beat WHERE epoch = $1',
    [epoch],
  );
  return rows[0]?.silent ?? -1;
};

it('releases a silent epoch after 102 ticks', async () => {
  const epoch = await openEpoch();
  const { released } = sweep();
  await eventually(() => {
    expect(released).toEqual([epoch]);
  });
  expect(await silence(epoch)).toBe(102);
});

it('lets one of two workers tick, and the other take over when it stops', async () => {
  const epoch = await openEpoch();
  const first = sweep();
  await eventually(async () => {
    expect(await silence(epoch)).toBeGreaterThan(2);
  });
  sweep();
  const startedAt = performance.now();
  const before = await silence(epoch);
  await eventually(async () => {
    expect(await silence(epoch)).toBeGreaterThan(before + 10);
  });
  const ticks = (await silence(epoch)) - before;
  expect(ticks).toBeLessThanOrEqual(Math.ceil((performance.now() - startedAt) / FAST.tickMs) + 1);
  await first.sweeper.stop();
  const taken = await silence(epoch);
  await eventually(async () => {
    expect(await silence(epoch)).toBeGreaterThan(taken + 2);
  });
});

it('asks for the lock anew when its session was cut', async () => {
  const epoch = await openEpoch();
  const { errors } = sweep();
  await eventually(async () => {
    expect(await silence(epoch)).toBeGreaterThan(1);
  });
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  await owner.end();
  await eventually(() => {
    expect(errors).toHaveLength(1);
  });
  const cut = await silence(epoch);
  await eventually(async () => {
    expect(await silence(epoch)).toBeGreaterThan(cut);
  });
});
