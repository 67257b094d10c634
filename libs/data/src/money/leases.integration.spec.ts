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

describe('taking a lease', () => {
  it('takes all allowances or none', async () => {
    const payer = await makePayer(database, 1000n);
    await database.money.setLimit(payer.account, 1, 50n);
    const epoch = await makeEpoch(database);
    const balance = allowance(payer, 0);
    const day = allowance(payer, 1);
    const refused = await database.money.leaseTake(epoch, 1, [item(balance, 100n), item(day, 51n)]);
    expect(refused).toEqual({
      outcome: 'refused',
      allowance: { ...day, cap: 50n, used: 0n, leased: 0n },
    });
    const granted = await database.money.leaseTake(epoch, 1, [item(balance, 100n), item(day, 50n)]);
    expect(granted).toEqual({
      outcome: 'granted',
      leases: expect.arrayContaining([
        { ...balance, granted: 100n },
        { ...day, granted: 50n },
      ]) as unknown,
    });
  });

  it('grants at most a quarter of the share beyond the need', async () => {
    const payer = await makePayer(database, 1000n);
    const epoch = await makeEpoch(database);
    const wish = { ...allowance(payer, 0), need: 200n, want: 1000n, known: 0n };
    const answer = await database.money.leaseTake(epoch, 2, [wish]);
    expect(answer.outcome === 'granted' && answer.leases[0]?.granted).toBe(
      200n + (1000n - 200n) / 8n,
    );
  });

  it('changes nothing when the gateway does not know what it was granted', async () => {
    const payer = await makePayer(database, 1000n);
    const epoch = await makeEpoch(database);
    await database.money.leaseTake(epoch, 1, [item(allowance(payer, 0), 300n)]);
    const stale = await database.money.leaseTake(epoch, 1, [item(allowance(payer, 0), 300n)]);
    expect(stale).toMatchObject({ outcome: 'resync', leases: [{ granted: 300n }] });
    expect(await database.money.leaseList(epoch)).toMatchObject([{ granted: 300n, returned: 0n }]);
  });

  it('refuses an ended epoch', async () => {
    const payer = await makePayer(database, 1000n);
    const epoch = await makeEpoch(database);
    expect(await database.money.epochClose(epoch)).toBe(true);
    expect(await database.money.epochClose(epoch)).toBe(false);
    expect(await database.money.leaseTake(epoch, 1, [item(allowance(payer, 0), 1n)])).toEqual({
      outcome: 'closed',
    });
    expect(
      await database.money.leaseReturn(epoch, [{ ...allowance(payer, 0), returned: 1n }]),
    ).toBe('closed');
  });

  it('refuses a budget of 0 even for what costs nothing', async () => {
    const payer = await makePayer(database, 1000n);
    await database.money.setLimit(payer.account, 3, 0n);
    const epoch = await makeEpoch(database);
    expect(await database.money.leaseTake(epoch, 1, [item(allowance(payer, 3), 0n)])).toMatchObject(
      { outcome: 'refused', allowance: { kind: 3, cap: 0n } },
    );
  });

  it('rejects an item that names no amount or one allowance twice', async () => {
    const payer = await makePayer(database, 1000n);
    const epoch = await makeEpoch(database);
    const ref = allowance(payer, 0);
    await expect(database.money.leaseTake(epoch, 1, [item(ref, -1n)])).rejects.toMatchObject({
      sqlState: '22023',
    });
    await expect(
      database.money.leaseTake(epoch, 1, [item(ref, 1n), item(ref, 1n)]),
    ).rejects.toMatchObject({ sqlState: '22023', outcome: 'failed' });
  });
});

describe('giving back', () => {
  it('counts a repeated total once', async () => {
    const payer = await makePayer(database, 1000n);
    const epoch = await makeEpoch(database);
    const ref = allowance(payer, 0);
    await database.money.leaseTake(epoch, 1, [item(ref, 400n)]);
    for (const returned of [100n, 100n, 150n, 100n])
      expect(await database.money.leaseReturn(epoch, [{ ...ref, returned }])).toBe('ok');
    expect(await database.money.leaseList(epoch)).toMatchObject([{ returned: 150n }]);
    const other = await makeEpoch(database);
    expect(await database.money.leaseTake(other, 1, [item(ref, 750n)])).toMatchObject({
      outcome: 'granted',
    });
    expect(await database.money.leaseTake(other, 1, [item(ref, 1n, 750n)])).toMatchObject({
      outcome: 'refused',
    });
  });

  it('frees what an ended epoch still held, and settles its late rows as late', async () => {
    const payer = await makePayer(database, 1000n);
    const epoch = await makeEpoch(database);
    await database.money.leaseTake(epoch, 1, [item(allowance(payer, 0), 1000n)]);
    expect(await database.money.epochDeclareLost(epoch)).toBe(true);
    const other = await makeEpoch(database);
    await database.money.leaseTake(other, 1, [item(allowance(payer, 0), 900n)]);
    const late = row(payer, epoch, { costNano: 300n, holds: [300n] });
    await database.money.settle([], [late]);
    const { rows } = await database.owner.query(
      'SELECT what, amount FROM settlement_exception WHERE request = $1',
      [late.id],
    );
    expect(rows).toEqual([]);
    const { rows: state } = await database.owner.query(
      'SELECT used, leased, over FROM allowance WHERE owner = $1 AND kind = 0',
      [payer.account],
    );
    expect(state).toEqual([{ used: '300', leased: '900', over: '200' }]);
    const { rows: explained } = await database.owner.query(
      'SELECT what, amount FROM settlement_exception WHERE owner = $1 AND kind = 0',
      [payer.account],
    );
    expect(explained).toEqual([{ what: 'late', amount: '300' }]);
  });
});

describe('epochs and beats', () => {
  it('names the older open epochs of the journal and no others', async () => {
    const journal = randomUUID();
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
    const open = (id: string) => database.money.epochOpen({ id, journal, slot: '0', host: 'test' });
    await makeEpoch(database);
    expect((await open(first)).olderEpochs).toEqual([]);
    expect((await open(second)).olderEpochs).toEqual([first]);
    expect((await open(third)).olderEpochs).toEqual([first, second]);
    expect((await open(second)).olderEpochs).toEqual([first]);
  });

  it('accepts the next beat and its repeat, and calls every other number behind', async () => {
    const epoch = await makeEpoch(database);
    const state = async (n: bigint) => {
      const answer = await database.money.beat([[epoch, n]]);
      return answer.epochs.get(epoch);
    };
    expect(await state(1n)).toBe('ok');
    expect(await state(1n)).toBe('ok');
    expect(await state(2n)).toBe('ok');
    expect(await state(4n)).toBe('behind');
    expect(await state(1n)).toBe('behind');
    const unknown = await database.money.beat([[randomUUID(), 1n]]);
    expect([...unknown.epochs.values()]).toEqual(['closed']);
    expect(Math.abs(unknown.nowMs - Date.now())).toBeLessThan(60_000);
  });

  it('releases an epoch after 102 silent ticks, and one beat starts the count anew', async () => {
    const payer = await makePayer(database, 1000n);
    const [silent, alive] = [await makeEpoch(database), await makeEpoch(database)];
    await database.money.leaseTake(silent, 1, [item(allowance(payer, 0), 1000n)]);
    let released: string[] = [];
    for (let tick = 1; tick <= 102; tick += 1) {
      if (tick === 50) await database.money.beat([[alive, 1n]]);
      released = await database.money.sweepTick();
      if (tick < 102) expect(released).not.toContain(silent);
    }
    expect(released).toContain(silent);
    expect(released).not.toContain(alive);
    expect((await database.money.beat([[silent, 1n]])).epochs.get(silent)).toBe('closed');
    expect(
      await database.money.leaseTake(alive, 1, [item(allowance(payer, 0), 1000n)]),
    ).toMatchObject({ outcome: 'granted' });
  });

  it('looks again before a release: a gateway that beat since the tick keeps its leases', async () => {
    const epoch = await makeEpoch(database);
    await database.owner.query('UPDATE gateway_beat SET silent = 102 WHERE epoch = $1', [epoch]);
    await database.money.beat([[epoch, 1n]]);
    const { rows } = await database.pool.query<{ ended: boolean }>(
      `SELECT epoch_close($1, 'released') AS ended`,
      [epoch],
    );
    expect(rows).toEqual([{ ended: false }]);
  });
});
