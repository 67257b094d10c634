import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestDatabase } from '@weir/test-kit';
import type { Admission } from './money-path.types.js';
import { beginRecord, endRecord, holdOf, MoneyHarness, serve } from '../testing/money-harness.js';

let harness: MoneyHarness;
beforeAll(async () => {
  harness = MoneyHarness.start(await startTestDatabase());
});
afterAll(async () => {
  await harness.stop();
});

async function settled(account: string, used: bigint): Promise<void> {
  await eventually(async () => {
    expect((await harness.allowance(account)).used).toBe(used);
  });
}

describe('the money path on PostgreSQL', () => {
  it('admits exactly 10 of 1,000 concurrent requests on a balance for 10', async () => {
    const path = await harness.path(harness.folder());
    const owner = await harness.account(10n);
    const admissions = await Promise.all(
      Array.from({ length: 1_000 }, async () => path.admit(holdOf(owner, 1n))),
    );
    const holds = admissions.flatMap((a) => (a.admitted ? [a.hold] : []));
    expect(holds).toHaveLength(10);
    const codes = new Set(admissions.flatMap((a) => (a.admitted ? [] : [a.refusal.code])));
    expect([...codes]).toEqual(['in_flight_budget_exhausted']);
    for (const hold of holds) {
      expect(path.begin(hold, beginRecord())).toBe(true);
      await path.end(hold, endRecord(1n));
    }
    await settled(owner.account, 10n);
    // For a moment the refusals from before still answer: they name what was in flight then.
    await eventually(async () => {
      const late = await path.admit(holdOf(owner, 1n));
      expect(late).toMatchObject({ refusal: { code: 'insufficient_balance', used: 10n } });
    });
    expect(await harness.discrepancies()).toEqual([]);
  });

  it('admits exactly 10 when two gateways share the balance', async () => {
    const [left, right] = [
      await harness.path(harness.folder()),
      await harness.path(harness.folder()),
    ];
    const owner = await harness.account(10n);
    const admissions: Admission[] = await Promise.all(
      Array.from({ length: 1_000 }, async (_, i) =>
        (i % 2 ? left : right).admit(holdOf(owner, 1n)),
      ),
    );
    expect(admissions.filter((a) => a.admitted)).toHaveLength(10);
    for (const [i, a] of admissions.entries()) if (a.admitted) (i % 2 ? left : right).void(a.hold);
    expect(await harness.discrepancies()).toEqual([]);
  });

  it('serves as much as the balance pays for when requests cost less than they hold', async () => {
    const path = await harness.path(harness.folder());
    const owner = await harness.account(100n);
    for (let spent = 0n; spent + 10n <= 100n; spent += 1n) {
      const admission = await path.admit(holdOf(owner, 10n));
      expect(admission.admitted).toBe(true);
      if (!admission.admitted) return;
      await path.begin(admission.hold, beginRecord());
      await path.end(admission.hold, endRecord(1n));
    }
    await settled(owner.account, 91n);
    expect(await harness.discrepancies()).toEqual([]);
  });

  it('refuses beyond the daily token budget and names the reset', async () => {
    const path = await harness.path(harness.folder());
    const owner = await harness.account(1_000n);
    await harness.money.setLimit(owner.account, 1, 50n);
    const input = holdOf(owner, 1n, { cappedKinds: 0b11, tokens: 20n });
    expect(await serve(path, input)).toBe(true);
    expect(await serve(path, input)).toBe(true);
    const third = await path.admit(input);
    expect(third).toMatchObject({ refusal: { code: 'budget_exceeded', kind: 1, cap: 50n } });
    if (!third.admitted) expect(third.refusal.resetAtMs).toBeGreaterThan(Date.now());
    await settled(owner.account, 2n);
    expect(await harness.allowance(owner.account, 1)).toMatchObject({ used: 40n });
    expect(await harness.discrepancies()).toEqual([]);
  });

  it('extends a stream while the balance lasts and stops it cleanly after', async () => {
    const path = await harness.path(harness.folder());
    const owner = await harness.account(30n);
    const admission = await path.admit(holdOf(owner, 10n));
    if (!admission.admitted) throw new Error('not admitted');
    await path.begin(admission.hold, beginRecord());
    expect(await path.extend(admission.hold, 10n, 0n)).toBe(true);
    expect(await path.extend(admission.hold, 10n, 0n)).toBe(true);
    expect(await path.extend(admission.hold, 1n, 0n)).toBe(false);
    expect(admission.hold.heldByKind[0]).toBe(30n);
    expect(path.heldByAccount().get(owner.account)).toBe(30n);
    await path.end(admission.hold, endRecord(25n));
    await settled(owner.account, 25n);
    await eventually(() => expect(path.heldByAccount().has(owner.account)).toBe(false));
    expect(await harness.discrepancies()).toEqual([]);
  });

  it('charges at most the hold and X when a request cost more, and absorbs the rest', async () => {
    const path = await harness.path(harness.folder());
    const owner = await harness.account(100_000_000_000n);
    const admission = await path.admit(holdOf(owner, 1_000_000_000n));
    if (!admission.admitted) throw new Error('not admitted');
    await path.begin(admission.hold, beginRecord());
    const charged = await path.end(admission.hold, endRecord(2_000_000_000n));
    expect(charged).toEqual({
      costNano: 1_050_000_000n,
      absorbedNano: 950_000_000n,
      tokens: 0n,
    });
    await settled(owner.account, 1_050_000_000n);
    expect(await harness.discrepancies()).toEqual([]);
  });

  it("gives a void request's hold back at once", async () => {
    const path = await harness.path(harness.folder());
    const owner = await harness.account(10n);
    const first = await path.admit(holdOf(owner, 10n));
    if (!first.admitted) throw new Error('not admitted');
    await path.begin(first.hold, beginRecord());
    expect(path.heldByAccount().get(owner.account)).toBe(10n);
    path.void(first.hold);
    expect(path.heldByAccount().size).toBe(0);
    expect(path.admit(holdOf(owner, 10n))).toMatchObject({ admitted: true });
  });

  it('serves at once when credit comes after a refusal', async () => {
    const path = await harness.path(harness.folder());
    const owner = await harness.account(0n);
    const refused = await path.admit(holdOf(owner, 5n));
    expect(refused).toMatchObject({ admitted: false });
    await harness.money.credit({
      account: owner.account,
      amountNano: 5n,
      what: 'purchase',
      ref: `p-${owner.account}`,
    });
    await eventually(async () => expect(await serve(path, holdOf(owner, 5n))).toBe(true), 1_000);
    await settled(owner.account, 5n);
    expect(await harness.discrepancies()).toEqual([]);
  });
});
