import { randomUUID } from 'node:crypto';
import { MoneyFunctions, verifyLedger } from '@weir/data';
import { startTestDatabase } from '@weir/test-kit';
import type { TestDatabase } from '@weir/test-kit';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settleRow } from '../testing/settle-row.js';
import { readSettleJob } from './settle-job.js';
import { SettlementMerger } from './settlement-merger.js';

let database: TestDatabase;
let pool: pg.Pool;
let money: MoneyFunctions;
const account = randomUUID();
const key = randomUUID();
beforeAll(async () => {
  database = await startTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 4, options: '-c role=weir_app' });
  money = new MoneyFunctions(pool);
  await money.accountCreate(account, 'Payer');
  await money.credit({ account, amountNano: 1_000_000n, what: 'grant', ref: 'first' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('settles 255 rows of a batch whose 256th PostgreSQL refuses, and confirms the batch', async () => {
  const epoch = randomUUID();
  await money.epochOpen({ id: epoch, journal: randomUUID(), slot: '0', host: 'test' });
  const rows = Array.from({ length: 256 }, () => settleRow({ account, key, epoch }));
  rows[100] = settleRow({ account, key, epoch, client_ip: 'not an address' });
  const aside: unknown[] = [];
  const fresh: number[] = [];
  const merger = new SettlementMerger(money, {
    settled: (outcome) => fresh.push(outcome.fresh),
    setAside: (row) => aside.push(row),
  });
  const job = { v: 1, batches: [[epoch, '1']], rows };
  await merger.settle(readSettleJob(job));
  expect(fresh.reduce((sum, n) => sum + n, 0)).toBe(255);
  expect(aside).toEqual([rows[100]]);
  expect(await money.settled(epoch, [1n])).toEqual([1n]);

  await merger.settle(readSettleJob(job));
  const failing = (await verifyLedger(pool)).filter((finding) => !finding.ok);
  expect(failing.map((finding) => [finding.name, finding.rows])).toEqual([
    ['I7 nothing waits in settlement_failed', 1],
  ]);
});
