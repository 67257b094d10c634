import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowance, failing, item, makeEpoch, makePayer, row } from '../testing/builders.js';
import { openMoneyDatabase } from '../testing/test-database.js';
import type { MoneyDatabase } from '../testing/test-database.js';
import { serverUrl } from '../testing/server-url.js';
import { verifyLedger } from './verify-ledger.js';

let database: MoneyDatabase;
beforeAll(async () => {
  database = await openMoneyDatabase(serverUrl());
});
afterAll(async () => {
  expect(failing(await verifyLedger(database.pool))).toEqual([]);
  await database.stop();
});
const query = async (text: string, values: unknown[] = []) =>
  (await database.owner.query<Record<string, unknown>>(text, values)).rows;

describe('credit', () => {
  it('moves once per what and reference, also when ten callers repeat it at once', async () => {
    const { account } = await makePayer(database, 0n);
    const ref = randomUUID();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () =>
        database.money.credit({ account, amountNano: 700n, what: 'purchase', ref }),
      ),
    );
    expect(outcomes.filter((one) => one.outcome === 'done' && one.fresh)).toHaveLength(1);
    expect(await database.money.balance(account)).toMatchObject({ balance: '0.0000007' });
  });

  it('refunds only money that is neither spent nor leased, unless forced', async () => {
    const payer = await makePayer(database, 1000n);
    const epoch = await makeEpoch(database);
    await database.money.leaseTake(epoch, 1, [item(allowance(payer, 0), 600n)]);
    const refund = { account: payer.account, amountNano: -500n, what: 'refund' } as const;
    expect(await database.money.credit({ ...refund, ref: 'r1' })).toEqual({
      outcome: 'in_use',
      allowance: { cap: 1000n, used: 0n, leased: 600n },
    });
    expect(await database.money.credit({ ...refund, ref: 'r2', forced: true })).toMatchObject({
      outcome: 'done',
      balanceNano: 500n,
    });
    expect(
      await query('SELECT cap, leased, over FROM allowance WHERE owner = $1 AND kind = 0', [
        payer.account,
      ]),
    ).toEqual([{ cap: '500', leased: '600', over: '100' }]);
    await database.money.leaseReturn(epoch, [{ ...allowance(payer, 0), returned: 200n }]);
    expect(
      await query('SELECT leased, over FROM allowance WHERE owner = $1 AND kind = 0', [
        payer.account,
      ]),
    ).toEqual([{ leased: '400', over: '0' }]);
  });

  it('rejects a grant of a negative amount', async () => {
    const { account } = await makePayer(database, 0n);
    await expect(
      database.money.credit({ account, amountNano: -1n, what: 'grant', ref: 'x' }),
    ).rejects.toMatchObject({ sqlState: '22023' });
  });
});

describe('limits', () => {
  it('act on the running period and on every later one', async () => {
    const payer = await makePayer(database, 1000n);
    const epoch = await makeEpoch(database);
    await database.money.settle([], [row(payer, epoch, { tokens: 40n })]);
    expect(await database.money.setLimit(payer.account, 1, 100n)).toMatchObject({
      cap: 100n,
      used: 40n,
    });
    expect(
      await database.money.leaseTake(epoch, 1, [item(allowance(payer, 1), 61n)]),
    ).toMatchObject({ outcome: 'refused' });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(
      await database.money.leaseTake(epoch, 1, [item(allowance(payer, 1, tomorrow), 101n)]),
    ).toMatchObject({ outcome: 'refused', allowance: { cap: 100n } });
  });

  it('may be lowered below what is used; the excess is explained and shrinks', async () => {
    const payer = await makePayer(database, 1000n);
    const epoch = await makeEpoch(database);
    await database.money.leaseTake(epoch, 1, [item(allowance(payer, 3), 50n)]);
    await database.money.settle([], [row(payer, epoch, { tokens: 50n, holds: [0n, 0n, 0n, 50n] })]);
    await database.money.setLimit(payer.account, 3, 20n);
    expect(await database.money.budget(payer.account)).toMatchObject({
      total_used: 50,
      total_limit: 20,
    });
    await database.money.setLimit(payer.account, 3, null);
    expect(await database.money.budget(payer.account)).toMatchObject({ total_limit: null });
  });

  it('of a day and a month do not hold for a onetime account', async () => {
    const payer = await makePayer(database, 1000n);
    const epoch = await makeEpoch(database);
    await database.money.setLimit(payer.account, 1, 10n);
    await database.money.settle([], [row(payer, epoch, { tokens: 5n })]);
    await database.money.setBudgetType(payer.account, 'onetime');
    expect(await database.money.budget(payer.account)).toMatchObject({
      budget_type: 'onetime',
      daily_limit: null,
      daily_used: 5,
    });
    expect(
      await database.money.leaseTake(epoch, 1, [item(allowance(payer, 1), 50n)]),
    ).toMatchObject({ outcome: 'granted' });
    await database.money.setLimit(payer.account, 2, 10n);
    await database.money.setBudgetType(payer.account, 'subscription');
    expect(await database.money.budget(payer.account)).toMatchObject({
      daily_limit: 10,
      monthly_limit: 10,
    });
  });

  it('never miss a period that is created while they change', async () => {
    for (let round = 0; round < 20; round += 1) {
      const payer = await makePayer(database, 1000n);
      const epoch = await makeEpoch(database);
      await Promise.all([
        database.money.setLimit(payer.account, 1, 7n),
        database.money.leaseTake(epoch, 1, [item(allowance(payer, 1), 1n)]),
        database.money.leaseTake(epoch, 1, [item(allowance(payer, 2), 1n)]),
      ]);
      expect(
        await query('SELECT cap FROM allowance WHERE owner = $1 AND kind = 1', [payer.account]),
      ).toEqual([{ cap: '7' }]);
    }
  });
});

describe('notifications, audit and retention', () => {
  it('makes one notification and one event per dedupe key', async () => {
    const { account } = await makePayer(database, 0n);
    const input = {
      account,
      kind: 'budget',
      title: 'T',
      body: 'B',
      data: { a: 1 },
      dedupe: 'once',
    };
    const made = await Promise.all(
      [1, 2, 3].map(() => database.money.notificationCreate({ ...input, id: randomUUID() })),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await query('SELECT type FROM live_event WHERE account = $1', [account])).toEqual([
      { type: 'notification.created' },
    ]);
  });

  it('chains audit entries so that a changed one shows', async () => {
    for (const action of ['key.create', 'key.revoke', 'user.edit'])
      await database.money.auditAppend({
        actor: null,
        action,
        target: 'api_key:1',
        after: { n: 1 },
        ip: '192.0.2.1',
      });
    expect(failing(await verifyLedger(database.pool))).toEqual([]);
    await query(`UPDATE audit_entry SET after = '{"n": 2}' WHERE action = 'key.revoke'`);
    expect(failing(await verifyLedger(database.pool))).toEqual(['the audit log is unbroken']);
    await query(`UPDATE audit_entry SET after = '{"n": 1}' WHERE action = 'key.revoke'`);
  });

  it('deletes only a prefix of old events, so that the rest stays gapless', async () => {
    const { account } = await makePayer(database, 5n);
    for (let n = 0; n < 4; n += 1) await database.money.liveAppend(account, 'key.changed', { n });
    await query(
      `UPDATE live_event SET at = now() - interval '25 hours' WHERE account = $1 AND seq = 3`,
      [account],
    );
    expect(await database.money.retentionTick()).toMatchObject({ live_events: 3 });
    expect(
      await query('SELECT seq FROM live_event WHERE account = $1 ORDER BY seq', [account]),
    ).toEqual([{ seq: '4' }, { seq: '5' }]);
  });
});
