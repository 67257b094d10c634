import { DatabaseCallError } from '@weir/data';
import type { AnyRow, BatchRef } from '@weir/data';
import type { SettleRow } from '@weir/contracts';
import { describe, expect, it } from 'vitest';
import { settleRow } from '../testing/settle-row.js';
import { SettlementMerger } from './settlement-merger.js';
import type { ReadJob } from './settle-job.js';

const EPOCH = '01900000-0000-7000-8000-000000000001';

/** Settles in memory; a row whose model is `poison` fails as data, and everything fails while `down`. */
class FakeMoney {
  readonly calls: { batches: readonly BatchRef[]; ids: string[] }[] = [];
  readonly aside: { row: AnyRow; batches: readonly BatchRef[] }[] = [];
  down = false;
  release: (() => void) | undefined;
  held = false;

  async settle(batches: readonly BatchRef[], rows: readonly SettleRow[]) {
    if (this.held) await new Promise<void>((resolve) => (this.release = resolve));
    if (this.down) throw new DatabaseCallError('gone', 'unknown', null, null);
    if (rows.some((row) => row.model === 'poison'))
      throw new DatabaseCallError('bad', 'failed', '22P02', null);
    this.calls.push({ batches, ids: rows.map((row) => row.id) });
    return { fresh: rows.length, accounts: [], alerts: 0 };
  }

  settlementFail(row: AnyRow, _error: string, batches: readonly BatchRef[]): Promise<void> {
    this.aside.push({ row, batches });
    return Promise.resolve();
  }
}

const listener = { settled: () => undefined, setAside: () => undefined };
const job = (batch: number, rows: SettleRow[]): ReadJob => ({
  batches: [[EPOCH, String(batch)]],
  rows,
  unreadable: [],
});
const good = (): SettleRow => settleRow({});
const poison = (): SettleRow => settleRow({ model: 'poison' });

describe('merging', () => {
  it('puts the jobs of one turn into one settlement', async () => {
    const money = new FakeMoney();
    const merger = new SettlementMerger(money, listener);
    await Promise.all([1, 2, 3].map((n) => merger.settle(job(n, [good()]))));
    expect(money.calls).toHaveLength(1);
    expect(money.calls[0]?.batches).toEqual([1, 2, 3].map((n) => [EPOCH, String(n)]));
  });

  it('collects while settlements run, up to 1,024 rows', async () => {
    const money = new FakeMoney();
    const merger = new SettlementMerger(money, listener);
    const jobs = Array.from({ length: 9 }, (_, n) =>
      merger.settle(job(n, Array.from({ length: 256 }, good))),
    );
    await Promise.all(jobs);
    expect(money.calls.map((call) => call.ids.length)).toEqual([1024, 1024, 256]);
  });

  it('fails every merged job when PostgreSQL is gone, so that the queue repeats them', async () => {
    const money = new FakeMoney();
    money.down = true;
    const merger = new SettlementMerger(money, listener);
    const results = await Promise.allSettled([1, 2].map((n) => merger.settle(job(n, [good()]))));
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    expect(money.aside).toEqual([]);
  });
});

describe('a poison row', () => {
  it('is found by halving, set aside alone, and confirms its batch only with the last piece', async () => {
    const money = new FakeMoney();
    const merger = new SettlementMerger(money, listener);
    const bad = poison();
    const rows = [...Array.from({ length: 5 }, good), bad, ...Array.from({ length: 3 }, good)];
    await merger.settle(job(7, rows));
    expect(money.aside.map(({ row }) => row)).toEqual([bad]);
    expect(money.calls.flatMap((call) => call.ids)).toHaveLength(8);
    const confirming = money.calls.filter((call) => call.batches.length > 0);
    expect(confirming).toHaveLength(1);
    expect(money.calls.at(-1)).toBe(confirming[0]);
  });

  it('confirms its batch itself when it comes last', async () => {
    const money = new FakeMoney();
    await new SettlementMerger(money, listener).settle(job(7, [good(), poison()]));
    expect(money.aside[0]?.batches).toEqual([[EPOCH, '7']]);
    expect(money.calls.every((call) => call.batches.length === 0)).toBe(true);
  });

  it('does not hold up the jobs it was merged with', async () => {
    const money = new FakeMoney();
    const merger = new SettlementMerger(money, listener);
    await Promise.all([
      merger.settle(job(1, [good()])),
      merger.settle(job(2, [poison()])),
      merger.settle(job(3, [good()])),
    ]);
    expect(money.calls.map((call) => call.batches)).toEqual([[[EPOCH, '1']], [[EPOCH, '3']]]);
    expect(money.aside[0]?.batches).toEqual([[EPOCH, '2']]);
  });

  it('that is no settlement row at all confirms its batch when nothing else is in it', async () => {
    const money = new FakeMoney();
    const unreadable = [1, 2].map((n) => ({ row: { n }, reason: 'no row' }));
    await new SettlementMerger(money, listener).settle({ ...job(4, []), unreadable });
    expect(money.aside.map(({ batches }) => batches)).toEqual([[], [[EPOCH, '4']]]);
    expect(money.calls).toEqual([]);
  });
});
