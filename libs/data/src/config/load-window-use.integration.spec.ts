import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeEpoch, makePayer, row } from '../testing/builders.js';
import { openMoneyDatabase, type MoneyDatabase } from '../testing/test-database.js';
import { serverUrl } from '../testing/server-url.js';
import { loadWindowUse } from './load-window-use.js';

let database: MoneyDatabase;
beforeAll(async () => {
  database = await openMoneyDatabase(serverUrl());
});
afterAll(async () => {
  await database.stop();
});

const MINUTE_MS = 60_000;
const newest = Math.floor(Date.now() / MINUTE_MS) - 10;
const at = (minute: number, ms = 0): { accepted_at: string } => ({
  accepted_at: new Date(minute * MINUTE_MS + ms).toISOString(),
});

it('counts per minute what a key sent upstream, newest first and no further than asked', async () => {
  const payer = await makePayer(database, 10_000n);
  const other = await makePayer(database, 10_000n);
  const epoch = await makeEpoch(database);
  const rows = [
    row(payer, epoch, { over: at(newest, 59_999) }),
    row(payer, epoch, { over: at(newest) }),
    row(payer, epoch, { over: { ...at(newest), status: 'client_closed', http_status: 499 } }),
    row(payer, epoch, { over: { ...at(newest), status: 'model_not_found', attempts: 0 } }),
    row(payer, epoch, { over: at(newest - 1, 59_999) }),
    row(payer, epoch, { over: at(newest - 300) }),
    row(other, epoch, { over: at(newest) }),
  ];
  await database.money.settle([[epoch, 1n]], rows);
  const ask = (sinceMs: number, max: number) =>
    loadWindowUse(database.pool, { key: payer.key, sinceMs, max });
  const byBucket = (uses: readonly { bucket: number; amount: number }[]) =>
    [...uses].sort((a, b) => b.bucket - a.bucket);

  expect(byBucket(await ask(0, 1_000))).toEqual([
    { bucket: newest, amount: 3 },
    { bucket: newest - 1, amount: 1 },
    { bucket: newest - 300, amount: 1 },
  ]);
  expect(byBucket(await ask((newest - 1) * MINUTE_MS, 1_000))).toEqual([
    { bucket: newest, amount: 3 },
    { bucket: newest - 1, amount: 1 },
  ]);
  expect(await ask(0, 2)).toEqual([{ bucket: newest, amount: 2 }]);
});
