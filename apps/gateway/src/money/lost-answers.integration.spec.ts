import { DatabaseCallError, type MoneyFunctions } from '@weir/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestDatabase } from '@weir/test-kit';
import {
  beginRecord,
  endRecord,
  holdOf,
  MoneyHarness,
  serve,
  substitute,
} from '../testing/money-harness.js';

let harness: MoneyHarness;
beforeAll(async () => {
  harness = MoneyHarness.start(await startTestDatabase());
});
afterAll(async () => {
  await harness.stop();
});

/** Money functions of which every nth call takes effect and loses its answer. */
function losing(money: MoneyFunctions, names: readonly string[], nth: number): MoneyFunctions {
  let calls = 0;
  return substitute(money, (name, call) => {
    if (!names.includes(name)) return call;
    return async (...args) => {
      const answer = await call(...args);
      calls += 1;
      if (calls % nth === 0) throw new DatabaseCallError('lost', 'unknown', null, null);
      return answer;
    };
  });
}

const quick = { money: { retryMs: 5, idleCheckMs: 20 }, epoch: { beatMs: 30, resyncMs: 50 } };

describe('answers of PostgreSQL that are lost after the commit', () => {
  it('neither spend an allowance twice nor strand any of it', async () => {
    const money = losing(
      harness.money,
      ['leaseTake', 'leaseReturn', 'beat', 'leaseList', 'settled', 'epochClose'],
      3,
    );
    const path = await harness.path(harness.folder(), {
      money,
      limits: { ...quick, settlement: { askMs: 20 } },
    });
    const owner = await harness.account(40n);
    const served = await Promise.all(
      Array.from({ length: 60 }, () => serve(path, holdOf(owner, 1n))),
    );
    expect(served.filter(Boolean)).toHaveLength(40);
    await eventually(async () => {
      expect(await harness.allowance(owner.account)).toEqual({ used: 40n, leased: 0n });
    });
    expect(await path.shutdown()).toBe(true);
    expect(await harness.discrepancies()).toEqual([]);
  });

  it('settle each request once when jobs are lost, repeated and answered late', async () => {
    let sent = 0;
    const path = await harness.path(harness.folder(), {
      send: async (job, jobId) => {
        sent += 1;
        if (sent % 3 === 1) return;
        await harness.settleAtOnce(job, jobId);
        if (sent % 3 === 2) await harness.settleAtOnce(job, jobId);
        if (sent % 5 === 0) throw new Error('queued, but the answer was lost');
      },
      limits: { settlement: { askMs: 10, resendMs: 40, batchMs: 1, directMs: 30 } },
    });
    const owner = await harness.account(1_000n);
    for (let i = 0; i < 30; i += 1) expect(await serve(path, holdOf(owner, 10n))).toBe(true);
    await eventually(async () => {
      expect((await harness.allowance(owner.account)).used).toBe(300n);
      expect(path.backlog.unsettled).toBe(0);
    });
    expect(await harness.requests(owner.account)).toHaveLength(30);
    expect(await harness.discrepancies()).toEqual([]);
  });
});

describe('a database that does not answer', () => {
  it('lets warm leases serve, refuses the rest within 2 s with Retry-After, and recovers', async () => {
    let down = false;
    const money = substitute(harness.money, (_name, call) => (...args) => {
      if (down) return Promise.reject(new DatabaseCallError('down', 'failed', null, null));
      return call(...args);
    });
    const path = await harness.path(harness.folder(), {
      money,
      send: (job, jobId) =>
        down ? Promise.reject(new Error('down')) : harness.settleAtOnce(job, jobId),
      limits: { settlement: { askMs: 20, retryMs: 20, directMs: 20 } },
    });
    const warm = await harness.account(1_000_000n);
    const cold = await harness.account(1_000_000n);
    // Spending makes the next lease larger than one request.
    for (let i = 0; i < 4; i += 1) expect(await serve(path, holdOf(warm, 10n))).toBe(true);
    down = true;
    const hold = await path.admit(holdOf(warm, 10n));
    if (!hold.admitted) throw new Error('the warm lease did not serve');
    await path.begin(hold.hold, beginRecord());
    await path.end(hold.hold, endRecord(10n));
    const startedMs = performance.now();
    const refused = await path.admit(holdOf(cold, 10n));
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(refused).toMatchObject({ refusal: { code: 'storage_unavailable', retryAfterS: 2 } });
    down = false;
    await eventually(async () => {
      expect(await serve(path, holdOf(cold, 10n))).toBe(true);
      expect((await harness.allowance(warm.account)).used).toBe(50n);
    });
    await eventually(() => expect(path.backlog.unsettled).toBe(0));
    expect(await harness.discrepancies()).toEqual([]);
  });
});
