import { createPgPool, PgBus } from '@weir/platform';
import { eventually, startTestDatabase, type TestDatabase } from '@weir/test-kit';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GATEWAY_LIMITS } from '../limits.js';
import { MemoryMoney } from '../testing/memory-money.js';
import { RoutedHarness } from '../testing/routed-harness.js';
import { answers } from '../testing/wire.js';
import { Pulse } from './pulse.js';
import { TickCounters } from './tick-counters.js';

let database: TestDatabase;
let owner: pg.Pool;
let harness: RoutedHarness;
beforeAll(async () => {
  database = await startTestDatabase();
  owner = new pg.Pool({ connectionString: database.url, max: 1 });
  harness = await RoutedHarness.start({
    endpoints: [{ priority: 1, answer: answers('{}', 429, { 'retry-after': '30' }) }, {}],
  });
});
afterAll(async () => {
  await harness.stop();
  await owner.end();
  await database.drop();
});

it('a pulse tells the console how this gateway sees its endpoints, and goes with the gateway', async () => {
  const config = { databaseUrl: database.url, process: 'gateway' } as const;
  const pool = createPgPool(config, { max: 1 });
  const bus = new PgBus(config);
  await bus.start();
  const { running, catalog, health } = harness.proxy;
  if (running === null) throw new Error('The harness runs.');
  const pulse = new Pulse({
    pool,
    bus,
    money: new MemoryMoney(),
    running,
    ticks: new TickCounters(),
    catalog: { current: catalog },
    health,
    limits: { ...GATEWAY_LIMITS, pulseMs: 20 },
    logger: pino({ level: 'silent' }),
  });
  await pulse.start();
  await harness.served();
  await eventually(async () => {
    const { rows } = await owner.query<{ tick: { endpoints: object[]; at: string } }>(
      'SELECT tick FROM gateway_pulse',
    );
    expect(rows[0]?.tick.endpoints).toMatchObject([
      { provider: 'provider-0', state: 'unavailable', last_error: 'status_429', error_rate: 1 },
      { provider: 'provider-1', state: 'ok', last_error: null, error_rate: 0 },
    ]);
    expect(rows[0]?.tick.at).toBeDefined();
  });
  await pulse.stop();
  expect((await owner.query('SELECT 1 FROM gateway_pulse')).rows).toEqual([]);
  await bus.close();
  await pool.end();
});
