import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SettleRow } from '@weir/contracts';
import { allowance, failing, makeEpoch, makePayer, row } from '../testing/builders.js';
import type { Payer } from '../testing/builders.js';
import { openMoneyDatabase } from '../testing/test-database.js';
import type { MoneyDatabase } from '../testing/test-database.js';
import { serverUrl } from '../testing/server-url.js';
import { DatabaseCallError } from './database-call.js';
import type { AllowanceKind } from './money-types.js';
import { verifyLedger } from './verify-ledger.js';

/**
 * Six gateways, three workers and an admin at once on five accounts with tight caps: takes, returns, repeated
 * and reordered settlements, closes, credits and limit changes. Afterwards the ledger must be exact.
 */
const RUN_MS = 8_000;
const KINDS: readonly AllowanceKind[] = [0, 1, 2, 4];

let database: MoneyDatabase;
beforeAll(async () => {
  database = await openMoneyDatabase(serverUrl());
});
afterAll(() => database.stop());

/** A small seeded generator: the schedule of one run of calls is the same each time. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

/** One of a list that is never empty. */
function pick<T>(list: readonly T[], random: (below: number) => number): T {
  const one = list[random(list.length)];
  if (one === undefined) throw new Error('Nothing to pick from.');
  return one;
}

interface Run {
  readonly payers: readonly Payer[];
  readonly jobs: SettleRow[];
  readonly errors: string[];
  readonly until: number;
  takes: number;
  refused: number;
}

/** What a gateway knows of one lease, and what its next request needs of it. */
interface Lease {
  readonly kind: AllowanceKind;
  granted: bigint;
  returned: bigint;
  consumed: bigint;
  need: bigint;
}

/** A gateway's leases on one payer. */
interface Book {
  readonly payer: Payer;
  readonly leases: readonly Lease[];
}

const free = (lease: Lease): bigint => lease.granted - lease.returned - lease.consumed;
const isTokens = (lease: Lease): boolean => lease.kind === 1 || lease.kind === 2;

/** Spends within the leases: at most the smallest need of money and of tokens. */
function spend(
  payer: Payer,
  epoch: string,
  leases: readonly Lease[],
  random: (below: number) => number,
): SettleRow {
  const upTo = (some: readonly Lease[]): bigint =>
    BigInt(random(Math.min(...some.map((lease) => Number(lease.need))) + 1));
  const costNano = upTo(leases.filter((lease) => !isTokens(lease)));
  const tokens = upTo(leases.filter(isTokens));
  const holds = Array.from({ length: 7 }, () => 0n);
  for (const lease of leases) {
    lease.consumed += isTokens(lease) ? tokens : costNano;
    holds[lease.kind] = lease.need;
  }
  return row(payer, epoch, { costNano, tokens, holds });
}

/** Fetches what the needs lack; refused, it sometimes gives everything free back. */
async function fetchLeases(
  run: Run,
  { payer, leases }: Book,
  epoch: string,
  random: (below: number) => number,
): Promise<void> {
  run.takes += 1;
  const items = leases
    .filter((lease) => free(lease) < lease.need)
    .map((lease) => ({
      ...allowance(payer, lease.kind),
      need: lease.need - free(lease),
      want: lease.need * BigInt(1 + random(20)),
      known: lease.granted,
    }));
  const answer = await database.money.leaseTake(epoch, 6, items);
  if (answer.outcome === 'closed') throw new Error('Nobody else closes this epoch.');
  if (answer.outcome !== 'refused') {
    for (const { kind, granted } of answer.leases)
      for (const lease of leases) if (lease.kind === kind) lease.granted = granted;
    return;
  }
  run.refused += 1;
  if (random(3) > 0) return;
  for (const lease of leases) lease.returned += free(lease);
  const totals = leases.map((lease) => ({
    ...allowance(payer, lease.kind),
    returned: lease.returned,
  }));
  await database.money.leaseReturn(epoch, totals);
}

/** One gateway: opens an epoch, spends within its leases for a while, settles, closes, and begins anew. */
async function gateway(run: Run, random: (below: number) => number): Promise<void> {
  while (Date.now() < run.until) {
    const epoch = await makeEpoch(database);
    const mine: SettleRow[] = [];
    const books = run.payers.map((payer) => ({
      payer,
      leases: KINDS.map((kind): Lease => ({
        kind,
        granted: 0n,
        returned: 0n,
        consumed: 0n,
        need: 0n,
      })),
    }));
    const endsAt = Math.min(run.until, Date.now() + 500 + random(1500));
    while (Date.now() < endsAt) {
      const { payer, leases } = pick(books, random);
      for (const lease of leases) lease.need = BigInt(1 + random(50));
      if (leases.every((lease) => free(lease) >= lease.need)) {
        const job = spend(payer, epoch, leases, random);
        mine.push(job);
        run.jobs.push(job);
      } else await fetchLeases(run, { payer, leases }, epoch, random);
    }
    for (let at = 0; at < mine.length; at += 100)
      await database.money.settle([], mine.slice(at, at + 100));
    if (random(10) > 0) await database.money.epochClose(epoch);
    else await database.money.epochDeclareLost(epoch);
  }
}

/** A worker that settles random recent rows, most of them again and in any order. */
async function worker(run: Run, random: (below: number) => number): Promise<void> {
  while (Date.now() < run.until) {
    const recent = run.jobs.slice(-400);
    if (recent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    else {
      const rows = Array.from({ length: 1 + random(60) }, () => pick(recent, random));
      await database.money.settle([[randomUUID(), 1n]], rows);
    }
  }
}

/** Credits, refunds and limits that rise and fall below what is used. */
async function admin(run: Run, random: (below: number) => number): Promise<void> {
  while (Date.now() < run.until) {
    const { account, key } = pick(run.payers, random);
    const choice = random(4);
    if (choice === 0)
      await database.money.credit({
        account,
        amountNano: 5000n,
        what: 'purchase',
        ref: randomUUID(),
      });
    if (choice === 1)
      await database.money.credit({
        account,
        amountNano: -3000n,
        what: 'refund',
        ref: randomUUID(),
        forced: random(2) === 0,
      });
    if (choice === 2)
      await database.money.setLimit(account, 1, random(5) === 0 ? null : BigInt(random(80_000)));
    if (choice === 3) await database.money.setLimit(key, 4, BigInt(20_000 + random(60_000)));
    await database.pool.query('SELECT pg_sleep(0.05)');
  }
}

it('stays exact while gateways, workers and admins do everything at once', async () => {
  const payers: Payer[] = [];
  for (let i = 0; i < 5; i += 1) {
    const payer = await makePayer(database, 50_000n);
    await database.money.setLimit(payer.account, 1, 40_000n);
    await database.money.setLimit(payer.account, 2, 1_000_000n);
    await database.money.setLimit(payer.key, 4, 30_000n);
    payers.push(payer);
  }
  const run: Run = {
    payers,
    jobs: [],
    errors: [],
    until: Date.now() + RUN_MS,
    takes: 0,
    refused: 0,
  };
  const actors = [
    ...[1, 2, 3, 4, 5, 6].map((seed) => gateway(run, generator(seed))),
    ...[7, 8, 9].map((seed) => worker(run, generator(seed))),
    admin(run, generator(10)),
  ].map((actor) =>
    actor.catch((error: unknown) => {
      run.errors.push(
        error instanceof DatabaseCallError
          ? `${String(error.sqlState)} ${error.message}`
          : String(error),
      );
    }),
  );
  await Promise.all(actors);
  for (let at = 0; at < run.jobs.length; at += 200)
    await database.money.settle([], run.jobs.slice(at, at + 200));

  expect(run.errors).toEqual([]);
  expect(run.takes).toBeGreaterThan(500);
  expect(run.refused).toBeGreaterThan(0);
  expect(run.jobs.length).toBeGreaterThan(500);
  expect(failing(await verifyLedger(database.pool))).toEqual([]);
  const { rows } = await database.owner.query<{ n: string }>('SELECT count(*) AS n FROM request');
  expect(Number(rows[0]?.n)).toBe(run.jobs.length);
}, 60_000);
