import { randomUUID } from 'node:crypto';
import { QUEUES } from '@weir/contracts';
import type { SettleJob, SettleRow } from '@weir/contracts';
import { MoneyFunctions, verifyLedger } from '@weir/data';
import { createQueue } from '@weir/platform';
import type { JobQueue, WeirConfig } from '@weir/platform';
import { eventually, startTestDatabase } from '@weir/test-kit';
import type { TestDatabase } from '@weir/test-kit';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runWorker, workerConfig } from './testing/run-worker.js';
import { settleRow } from './testing/settle-row.js';

let database: TestDatabase;
let config: WeirConfig;
let pool: pg.Pool;
let money: MoneyFunctions;
let queue: JobQueue<SettleJob>;
let workers: { close(): Promise<void> }[];
let payer: { account: string; key: string; epoch: string };

beforeEach(async () => {
  database = await startTestDatabase();
  config = workerConfig(database.url);
  pool = new pg.Pool({ connectionString: database.url, max: 3, options: '-c role=weir_app' });
  money = new MoneyFunctions(pool);
  queue = createQueue<SettleJob>(QUEUES.cost, config);
  workers = [];
  payer = { account: randomUUID(), key: randomUUID(), epoch: randomUUID() };
  await money.accountCreate(payer.account, 'Payer');
  await money.credit({
    account: payer.account,
    amountNano: 10n ** 9n,
    what: 'grant',
    ref: randomUUID(),
  });
  await money.epochOpen({ id: payer.epoch, journal: randomUUID(), slot: '0', host: 'test' });
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await queue.close();
  await pool.end();
  await database.drop();
});

const start = async () => {
  const worker = await runWorker(config);
  workers.push(worker);
  return worker;
};
const rowsOf = (count: number, over: Partial<SettleRow> = {}) =>
  Array.from({ length: count }, () => settleRow({ ...payer, ...over }));
const send = (batch: number, rows: SettleRow[], attempt = 1) =>
  queue.add(
    'settle',
    { v: 2, batches: [[payer.epoch, String(batch)]], rows: rows.map((row) => JSON.stringify(row)) },
    {
      jobId: `${payer.epoch}-${String(batch)}-${String(attempt)}`,
      removeOnComplete: true,
      removeOnFail: true,
    },
  );
const numbers = (upTo: number) => Array.from({ length: upTo }, (_, n) => BigInt(n + 1));
const confirmed = (upTo: number) =>
  eventually(async () => {
    expect(await money.settled(payer.epoch, numbers(upTo))).toEqual(numbers(upTo));
  });
const failing = async () =>
  (await verifyLedger(pool)).filter((finding) => !finding.ok).map((finding) => finding.name);
const spent = async () => (await money.balance(payer.account))?.spent_total;

it('turns a job into rows, a lower balance, a confirmed batch and a word to listeners', async () => {
  const listener = new pg.Client({ connectionString: database.url });
  await listener.connect();
  const heard: string[] = [];
  listener.on('notification', (message) => heard.push(message.payload ?? ''));
  await listener.query('LISTEN weir_live');
  await start();
  await send(1, rowsOf(3));
  await confirmed(1);
  expect(await spent()).toBe('0.0000003');
  await eventually(() => {
    expect(heard.map((payload) => JSON.parse(payload) as unknown)).toContainEqual({
      a: [payer.account],
    });
  });
  await listener.end();
  expect(await failing()).toEqual([]);
});

it('gives one effect to jobs sent three times and in any order', async () => {
  const batches = Array.from({ length: 8 }, () => rowsOf(20));
  const sendings = [1, 2, 3].flatMap((attempt) =>
    batches.map((rows, index) => ({ rows, batch: index + 1, attempt })),
  );
  sendings.sort(
    (a, b) => ((a.batch * 7 + a.attempt * 5) % 11) - ((b.batch * 7 + b.attempt * 5) % 11),
  );
  for (const { batch, rows, attempt } of sendings) await send(batch, rows, attempt);
  await start();
  await start();
  await confirmed(8);
  await eventually(async () => {
    expect(await queue.count()).toBe(0);
  });
  expect(await spent()).toBe('0.000016');
  expect(await failing()).toEqual([]);
});

it('sets a poison row aside and settles everything around it', async () => {
  const rows = rowsOf(50);
  rows[20] = settleRow({ ...payer, client_ip: 'not an address' });
  rows[30] = { ...settleRow(payer), tokens: 'many' };
  await send(1, rowsOf(10));
  await send(2, rows);
  await send(3, rowsOf(10));
  await start();
  await confirmed(3);
  const { rows: aside } = await pool.query<{ request: string }>(
    'SELECT request FROM settlement_failed',
  );
  expect(aside.map((one) => one.request).sort()).toEqual([rows[20]?.id, rows[30]?.id].sort());
  expect(await spent()).toBe('0.0000068');
});

it('goes on where a worker before it stopped', async () => {
  const first = await start();
  for (let batch = 1; batch <= 30; batch += 1) void send(batch, rowsOf(5));
  await eventually(async () => {
    expect((await money.settled(payer.epoch, numbers(30))).length).toBeGreaterThan(0);
  });
  await first.close();
  workers = [];
  await eventually(async () => {
    const settled = await money.settled(payer.epoch, numbers(30));
    expect(settled.length + (await queue.count())).toBe(30);
  });
  await start();
  await confirmed(30);
  expect(await spent()).toBe('0.000015');
  expect(await failing()).toEqual([]);
});

it('notifies once of a crossed budget, however often its job comes', async () => {
  await money.setLimit(payer.account, 3, 100n);
  await start();
  await send(1, rowsOf(4, { tokens: '30' }));
  const notifications = async () => {
    const { rows } = await pool.query<{ title: string; data: { used: number } }>(
      'SELECT title, data FROM notification WHERE account = $1',
      [payer.account],
    );
    return rows;
  };
  await eventually(async () => {
    expect(await notifications()).toMatchObject([
      { title: 'Budget Warning: Total limit 120% exhausted', data: { used: 120, limit: 100 } },
    ]);
  });
  const { rows: jobs } = await pool.query<{ payload: object }>('SELECT payload FROM outbox');
  expect(jobs).toHaveLength(1);
  const budget = createQueue<object>(QUEUES.budget, config);
  for (let n = 0; n < 3; n += 1) await budget.add('budget', jobs[0]?.payload ?? {});
  await eventually(async () => {
    expect(await budget.count()).toBe(0);
  });
  await budget.close();
  expect(await notifications()).toHaveLength(1);
  const { rows: events } = await pool.query<{ type: string }>(
    `SELECT type FROM live_event WHERE account = $1 AND type IN ('budget.alert', 'notification.created') ORDER BY seq`,
    [payer.account],
  );
  expect(events.map((event) => event.type)).toEqual(['budget.alert', 'notification.created']);
});
