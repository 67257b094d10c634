import { describe, expect, it } from 'vitest';
import { onlyInFlight } from './index.js';
import { DeskFixture } from './simulation/desk-fixture.js';
import { at, needs, refOf } from './simulation/fixtures.js';

/** A request of 4 that was refused three times. */
function refusedForGood(fixture: DeskFixture): void {
  fixture.wait(needs(4n));
  fixture.refused(fixture.take());
  fixture.effects();
  fixture.desk.tick(at(30));
  fixture.refused(fixture.take(), {}, 30);
  fixture.effects();
  fixture.desk.tick(at(100));
  fixture.refused(fixture.take(), {}, 100);
}

describe('a refused take', () => {
  it('asks the others to give back, and is tried again at 30 and 100 ms', () => {
    const fixture = new DeskFixture();
    const waiter = fixture.wait(needs(4n));
    fixture.refused(fixture.take());
    expect(fixture.effects()).toEqual([{ type: 'reclaim', ref: refOf(0) }]);
    fixture.desk.tick(at(29));
    expect(fixture.effects()).toEqual([]);
    fixture.desk.tick(at(30));
    fixture.refused(fixture.take(), {}, 35);
    expect(fixture.effects()).toEqual([{ type: 'reclaim', ref: refOf(0) }]);
    fixture.desk.tick(at(99));
    expect(fixture.effects()).toEqual([]);
    fixture.desk.tick(at(100));
    fixture.refused(fixture.take(), { used: 7n, leased: 3n }, 105);
    const refusal = {
      reason: 'allowance',
      ref: refOf(0),
      cap: 10n,
      used: 7n,
      leased: 3n,
      amount: 4n,
    };
    expect(fixture.effects()).toEqual([{ type: 'refused', waiter, refusal }]);
  });

  it('is granted when somebody gave back in time', () => {
    const fixture = new DeskFixture();
    const waiter = fixture.wait(needs(4n));
    fixture.refused(fixture.take());
    fixture.effects();
    fixture.desk.tick(at(30));
    fixture.granted(fixture.take(), 4n, 31);
    expect(fixture.effects()).toMatchObject([{ type: 'admitted', waiter }]);
  });

  it('starts anew for another allowance', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(4n, 4n, 0b11));
    fixture.refused(fixture.take());
    fixture.effects();
    fixture.desk.tick(at(30));
    const { owner, kind, period } = refOf(1);
    fixture.refused(fixture.take(), { owner, kind, period }, 30);
    expect(fixture.effects()).toEqual([{ type: 'reclaim', ref: refOf(1) }]);
    fixture.desk.tick(at(60));
    expect(fixture.take().items).toHaveLength(2);
  });

  it('is tried again at once when it names an allowance that was not asked for', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(4n));
    fixture.refused(fixture.take(), { kind: 3 });
    expect(fixture.take().items).toMatchObject([{ need: 4n }]);
  });
});

describe('a final refusal', () => {
  it('serves everyone in line who misses at least as much, and lets smaller ones try', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(4n));
    const first = fixture.take();
    fixture.wait(needs(5n));
    fixture.wait(needs(4n));
    fixture.wait(needs(1n));
    fixture.wait(needs(6n));
    fixture.refused(first);
    fixture.effects();
    fixture.desk.tick(at(30));
    fixture.refused(fixture.take(), {}, 30);
    fixture.effects();
    fixture.desk.tick(at(100));
    fixture.refused(fixture.take(), {}, 100);
    const effects = fixture.effects();
    expect(effects.map(({ type }) => type)).toEqual(['refused', 'refused', 'refused', 'take']);
    expect(effects[3]).toMatchObject({ take: { items: [{ need: 1n, want: 7n }] } });
    expect(fixture.desk.waiting).toBe(2);
  });

  it('answers like requests for 250 ms without asking', () => {
    const fixture = new DeskFixture();
    refusedForGood(fixture);
    fixture.effects();
    expect(fixture.desk.acquire(needs(4n), at(349))).toMatchObject({
      refusal: { reason: 'allowance' },
    });
    expect(fixture.desk.acquire(needs(4n, 0n, 0), at(349)).status).toBe('held');
    expect(fixture.desk.hasEffects).toBe(false);
    expect(fixture.desk.acquire(needs(4n), at(350)).status).toBe('waiting');
  });

  it('lets a smaller request ask once, without another reclaim', () => {
    const fixture = new DeskFixture();
    refusedForGood(fixture);
    fixture.effects();
    const waiter = fixture.wait(needs(3n), 150);
    fixture.refused(fixture.take(), {}, 160);
    expect(fixture.effects()).toMatchObject([{ type: 'refused', waiter }]);
    expect(fixture.desk.acquire(needs(3n), at(349))).toMatchObject({ status: 'refused' });
  });

  it('is forgotten after its time', () => {
    const fixture = new DeskFixture();
    refusedForGood(fixture);
    fixture.effects();
    fixture.desk.tick(at(200));
    expect(fixture.desk.acquire(needs(4n), at(210)).status).toBe('refused');
    fixture.desk.tick(at(350));
    fixture.wait(needs(4n), 351);
    fixture.refused(fixture.take(), {}, 352);
    expect(fixture.effects()).toMatchObject([{ type: 'reclaim' }]);
  });

  it('is forgotten by a credit of its owner, not by one of another', () => {
    const fixture = new DeskFixture();
    refusedForGood(fixture);
    fixture.effects();
    fixture.desk.forgetRefusals(at(110), 'b');
    expect(fixture.desk.acquire(needs(4n), at(120)).status).toBe('refused');
    fixture.desk.forgetRefusals(at(110), 'a');
    expect(fixture.desk.acquire(needs(4n), at(120)).status).toBe('waiting');
  });

  it('is forgotten by a change of configuration, and who waits for a retry tries at once', () => {
    const fixture = new DeskFixture();
    fixture.wait({ ...needs(4n), account: 'b' });
    fixture.take();
    fixture.wait(needs(4n));
    fixture.refused(fixture.take());
    fixture.effects();
    fixture.desk.forgetRefusals(at(1), 'b');
    expect(fixture.effects()).toEqual([]);
    fixture.desk.forgetRefusals(at(1));
    expect(fixture.take()).toMatchObject({ account: 'a' });
  });

  it('does not touch allowances that the request does not have', () => {
    const fixture = new DeskFixture();
    refusedForGood(fixture);
    fixture.effects();
    expect(fixture.desk.acquire(needs(4n, 0n, 0b1, []), at(120)).status).toBe('waiting');
  });

  it('says whether only running requests stand in the way', () => {
    const refusal = {
      reason: 'allowance',
      ref: refOf(0),
      cap: 10n,
      leased: 6n,
      amount: 4n,
    } as const;
    expect(onlyInFlight({ ...refusal, used: 6n })).toBe(true);
    expect(onlyInFlight({ ...refusal, used: 7n })).toBe(false);
  });
});
