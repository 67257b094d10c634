import { randomUUID } from 'node:crypto';
import { budgetView, requestRow } from '@weir/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowance, failing, item, makeEpoch, makePayer, row } from '../testing/builders.js';
import type { Payer } from '../testing/builders.js';
import { openMoneyDatabase } from '../testing/test-database.js';
import type { MoneyDatabase } from '../testing/test-database.js';
import { serverUrl } from '../testing/server-url.js';
import { verifyLedger } from './verify-ledger.js';

let database: MoneyDatabase;
beforeAll(async () => {
  database = await openMoneyDatabase(serverUrl());
});
afterAll(async () => {
  await database.stop();
});

const query = async <T extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
  (await database.owner.query<T>(text, values)).rows;
const events = (payer: Payer) =>
  query<{ seq: string; type: string; payload: Record<string, unknown> }>(
    'SELECT seq, type, payload FROM live_event WHERE account = $1 ORDER BY seq',
    [payer.account],
  );

describe('settling a batch', () => {
  it('has its effect once, however often, in whatever batches and order the rows come', async () => {
    const payer = await makePayer(database, 10_000n);
    const epoch = await makeEpoch(database);
    await database.money.leaseTake(epoch, 1, [item(allowance(payer, 0), 1000n)]);
    const rows = Array.from({ length: 5 }, () =>
      row(payer, epoch, { costNano: 100n, tokens: 7n, holds: [150n] }),
    );
    expect(await database.money.settle([[epoch, 1n]], rows)).toEqual({
      fresh: 5,
      accounts: [payer.account],
      alerts: 0,
    });
    expect(await database.money.settle([[epoch, 2n]], [...rows, ...rows].reverse())).toMatchObject({
      fresh: 0,
      accounts: [],
    });
    const another = row(payer, epoch, { costNano: 1n });
    expect(await database.money.settle([[epoch, 3n]], [another, another, ...rows])).toMatchObject({
      fresh: 1,
    });
    expect(await database.money.settled(epoch, [1n, 2n, 3n, 4n])).toEqual([1n, 2n, 3n]);
    expect(await database.money.balance(payer.account)).toEqual({
      balance: '0.000009499',
      granted: '0.000009499',
      spent_this_month: '0.000000501',
      spent_total: '0.000000501',
    });
    expect(await database.money.leaseList(epoch)).toMatchObject([{ consumed: 500n }]);
  });

  it('keeps what a row of many refusals and a row of an unpriced model say', async () => {
    const payer = await makePayer(database, 10_000n);
    const epoch = await makeEpoch(database);
    const many = { status: 'rate_limit_exceeded', http_status: 429, refusals: 512 };
    await database.money.settle(
      [[epoch, 1n]],
      [
        row(payer, epoch, { over: { ...many, price_version: null } }),
        row(payer, epoch, { costNano: 5n, over: { price_version: '-3' } }),
      ],
    );
    const rows = await query<{ json: unknown }>(
      'SELECT request_json(q, NULL, NULL) AS json FROM request q WHERE account = $1 ORDER BY cost_nano',
      [payer.account],
    );
    const [refused, unpriced] = rows.map(({ json }) => requestRow.parse(json));
    expect(refused).toMatchObject({ refusals: 512, price_version: null, cost: '0' });
    expect(unpriced).toMatchObject({ refusals: null, price_version: 'token-price:3' });
    expect(failing(await verifyLedger(database.owner))).toEqual([]);
  });

  it('records a repeat that tells another cost, once, and charges nothing for it', async () => {
    const payer = await makePayer(database, 10_000n);
    const epoch = await makeEpoch(database);
    const first = row(payer, epoch, { costNano: 100n });
    const second = { ...first, cost_nano: '130' };
    await database.money.settle([], [first]);
    await database.money.settle([], [second]);
    await database.money.settle([], [second]);
    expect(
      await query(
        'SELECT what, amount FROM settlement_exception WHERE request = $1 AND what = $2',
        [first.id, 'conflict'],
      ),
    ).toEqual([{ what: 'conflict', amount: '30' }]);
    await query('DELETE FROM settlement_exception WHERE request = $1', [first.id]);
  });

  it('spends granted credit first and keeps a gapless ledger', async () => {
    const payer = await makePayer(database, 250n);
    await database.money.credit({
      account: payer.account,
      amountNano: 100n,
      what: 'purchase',
      ref: randomUUID(),
    });
    const epoch = await makeEpoch(database);
    const rows = ['a', 'b', 'c', 'd'].map((digit) =>
      row(payer, epoch, {
        costNano: 100n,
        over: { id: `01900000-0000-7000-8000-${randomUUID().slice(-11)}${digit}` },
      }),
    );
    rows.sort((a, b) => a.id.localeCompare(b.id));
    await database.money.settle([], rows);
    expect(
      await query(
        'SELECT seq, amount_nano, granted_part, balance_after FROM ledger_entry WHERE account = $1 ORDER BY seq',
        [payer.account],
      ),
    ).toEqual([
      { seq: '1', amount_nano: '250', granted_part: '250', balance_after: '250' },
      { seq: '2', amount_nano: '100', granted_part: '0', balance_after: '350' },
      { seq: '3', amount_nano: '-100', granted_part: '-100', balance_after: '250' },
      { seq: '4', amount_nano: '-100', granted_part: '-100', balance_after: '150' },
      { seq: '5', amount_nano: '-100', granted_part: '-50', balance_after: '50' },
      { seq: '6', amount_nano: '-100', granted_part: '0', balance_after: '-50' },
    ]);
    const grant = await database.money.credit({
      account: payer.account,
      amountNano: 80n,
      what: 'grant',
      ref: randomUUID(),
    });
    expect(grant).toMatchObject({ balanceNano: 30n, grantedNano: 30n });
  });

  it('counts each request in the periods in which it was accepted', async () => {
    const payer = await makePayer(database, 10_000n);
    const epoch = await makeEpoch(database);
    const instants = [
      '2026-02-28T23:59:59.999Z',
      '2026-03-01T00:00:00.000Z',
      '2026-03-01T00:14:59.999Z',
      '2026-03-01T00:15:00.000Z',
    ];
    const rows = instants.map((accepted_at) =>
      row(payer, epoch, { costNano: 10n, tokens: 3n, over: { accepted_at } }),
    );
    await database.money.settle([], rows);
    const used = await query<{ kind: number; period: string; used: string }>(
      `SELECT kind, period::text, used FROM allowance WHERE owner IN ($1, $2) AND kind IN (1, 2, 6) ORDER BY kind, period`,
      [payer.account, payer.key],
    );
    expect(used).toEqual([
      { kind: 1, period: '2026-02-28', used: '3' },
      { kind: 1, period: '2026-03-01', used: '9' },
      { kind: 2, period: '2026-02-01', used: '3' },
      { kind: 2, period: '2026-03-01', used: '9' },
      { kind: 6, period: '2026-02-01', used: '10' },
      { kind: 6, period: '2026-03-01', used: '30' },
    ]);
    expect(
      await query(
        `SELECT iso_text(bucket) AS bucket, requests, input_tokens FROM usage_rollup WHERE account = $1 ORDER BY bucket`,
        [payer.account],
      ),
    ).toEqual([
      { bucket: '2026-02-28T23:45:00.000Z', requests: '1', input_tokens: '10' },
      { bucket: '2026-03-01T00:00:00.000Z', requests: '2', input_tokens: '20' },
      { bucket: '2026-03-01T00:15:00.000Z', requests: '1', input_tokens: '10' },
    ]);
  });

  it('explains what was charged above the hold and without a hold', async () => {
    const payer = await makePayer(database, 10_000n);
    await database.money.setLimit(payer.key, 4, 500n);
    const epoch = await makeEpoch(database);
    await database.money.leaseTake(epoch, 1, [item(allowance(payer, 0), 100n)]);
    const overage = row(payer, epoch, { costNano: 120n, holds: [100n] });
    await database.money.settle([], [overage]);
    expect(
      await query(
        'SELECT kind, what, amount FROM settlement_exception WHERE request = $1 ORDER BY kind',
        [overage.id],
      ),
    ).toEqual([
      { kind: 0, what: 'overage', amount: '20' },
      { kind: 4, what: 'uncapped', amount: '120' },
    ]);
  });

  it('stores text that PostgreSQL cannot hold in JSON instead of failing', async () => {
    const payer = await makePayer(database, 10_000n);
    const epoch = await makeEpoch(database);
    const strange = row(payer, epoch, { over: { user_agent: 'a\u0000b\ud800c\\u0000d' } });
    expect(await database.money.settle([], [strange])).toMatchObject({ fresh: 1 });
    expect(await query('SELECT user_agent FROM request WHERE id = $1', [strange.id])).toEqual([
      { user_agent: 'a\ufffdb\ufffdc\\u0000d' },
    ]);
  });

  it('names a data error for a row that cannot be taken, and sets it aside with its batch', async () => {
    const payer = await makePayer(database, 10_000n);
    const epoch = await makeEpoch(database);
    for (const over of [
      { client_ip: 'not an address' },
      { input_tokens: 3_000_000_000 },
      { cost_nano: '-5' },
      { account: randomUUID() },
    ]) {
      const poison = row(payer, epoch, { costNano: 5n, over });
      await expect(database.money.settle([[epoch, 9n]], [poison])).rejects.toMatchObject({
        isDataError: true,
        outcome: 'failed',
      });
      expect(await database.money.settled(epoch, [9n])).toEqual([]);
    }
    const poison = row(payer, epoch, { over: { client_ip: 'not an address' } });
    await database.money.settlementFail(poison, 'bad address', [[epoch, 9n]]);
    await database.money.settlementFail({ id: 'no uuid' }, 'unreadable', []);
    expect(await database.money.settled(epoch, [9n])).toEqual([9n]);
    expect(
      await query('SELECT request FROM settlement_failed WHERE request = $1', [poison.id]),
    ).toHaveLength(1);
    expect(failing(await verifyLedger(database.pool))).toEqual([
      'I7 nothing waits in settlement_failed',
    ]);
    await query('DELETE FROM settlement_failed');
  });
});

describe('live events of a settlement', () => {
  it('are rows, balance and budget, each in the shape of its contract, numbered without a gap', async () => {
    const payer = await makePayer(database, 10_000n);
    const epoch = await makeEpoch(database);
    const rows = Array.from({ length: 300 }, () => row(payer, epoch, { costNano: 1n, tokens: 2n }));
    await database.money.settle([], rows);
    const all = await events(payer);
    expect(all.map((event) => [event.seq, event.type])).toEqual([
      ['1', 'balance.updated'],
      ['2', 'request.completed'],
      ['3', 'request.completed'],
      ['4', 'balance.updated'],
      ['5', 'budget.updated'],
    ]);
    const completed = requestRow.array().parse(all[1]?.payload['rows']);
    expect(completed).toHaveLength(256);
    expect(completed[0]).toMatchObject({
      prompt_tokens: 12,
      completion_tokens: 20,
      total_tokens: 32,
      effective_tokens: 2,
      cost: '0.000000001',
      key: { id: payer.key, label: 'Test key', prefix: 'weir-sk-abcdefgh' },
    });
    expect(requestRow.array().parse(all[2]?.payload['rows'])).toHaveLength(44);
    expect(all[3]?.payload).toMatchObject({ balance: '0.0000097', spent_this_month: '0.0000003' });
    expect(budgetView.parse(all[4]?.payload)).toMatchObject({
      daily_used: 600,
      daily_input: 3600,
      daily_output: 6000,
      total_used: 600,
      daily_limit: null,
    });
  });

  it('tell of each crossed threshold once, and again when the limit has changed', async () => {
    const payer = await makePayer(database, 10_000n);
    const epoch = await makeEpoch(database);
    await database.money.setLimit(payer.account, 1, 100n);
    await query('INSERT INTO alert_rule (account, enabled, threshold) VALUES ($1, true, 80)', [
      payer.account,
    ]);
    const spend = (tokens: bigint) =>
      database.money.settle([], [row(payer, epoch, { tokens, holds: [0n, tokens] })]);
    expect(await spend(79n)).toMatchObject({ alerts: 0 });
    expect(await spend(1n)).toMatchObject({ alerts: 1 });
    expect(await spend(5n)).toMatchObject({ alerts: 0 });
    expect(await spend(15n)).toMatchObject({ alerts: 1 });
    expect(await spend(15n)).toMatchObject({ alerts: 0 });
    await database.money.setLimit(payer.account, 1, 140n);
    expect(await spend(1n)).toMatchObject({ alerts: 1 });
    const alerts = (await events(payer)).filter((event) => event.type === 'budget.alert');
    expect(alerts.map((event) => [event.payload['threshold'], event.payload['limit']])).toEqual([
      [80, 100],
      [100, 100],
      [80, 140],
    ]);
    const jobs = await query<{ payload: unknown }>(
      `SELECT payload FROM outbox WHERE queue = 'budget' AND payload ->> 'account' = $1 ORDER BY id`,
      [payer.account],
    );
    expect(jobs).toHaveLength(3);
  });
});
