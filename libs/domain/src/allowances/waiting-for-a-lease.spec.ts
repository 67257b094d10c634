import { describe, expect, it } from 'vitest';
import { takeItems, TERM_MS } from './index.js';
import { DeskFixture } from './simulation/desk-fixture.js';
import { at, grant, needs, refOf, refsOf } from './simulation/fixtures.js';

describe('a request at the desk', () => {
  it('is held at once from a warm lease', () => {
    const { desk, book } = new DeskFixture();
    book.adoptGranted(refOf(0), 10n, 0);
    expect(desk.acquire(needs(4n), at(0))).toMatchObject({ status: 'held' });
    expect(desk.hasEffects).toBe(false);
  });

  it('waits for a take of what is missing, and is admitted by the grant', () => {
    const fixture = new DeskFixture();
    fixture.book.adoptGranted(refOf(0), 1n, 0);
    const waiter = fixture.wait(needs(4n));
    const take = fixture.take();
    expect(take).toMatchObject({ account: 'a', background: false });
    expect(take.items).toEqual([{ ref: refOf(0), need: 3n, want: 3n, known: 1n }]);
    fixture.granted(take, 4n);
    expect(fixture.effects()).toMatchObject([{ type: 'admitted', waiter }]);
    expect(fixture.desk.waiting).toBe(0);
  });

  it('takes every allowance that is short in one call, in lock order', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(4n, 7n, 0b10011));
    expect(fixture.take().items.map(({ ref, need }) => [ref.id, need])).toEqual([
      ['a|0|1970-01-01', 4n],
      ['a|1|2026-05-01', 7n],
      ['k|4|1970-01-01', 4n],
    ]);
  });

  it('is refused while the term does not hold, and when the epoch ended', () => {
    const { desk } = new DeskFixture();
    expect(desk.acquire(needs(1n), at(TERM_MS))).toMatchObject({ refusal: { reason: 'term' } });
    desk.end('closed');
    expect(desk.acquire(needs(1n), at(0))).toMatchObject({ refusal: { reason: 'epoch_ended' } });
  });

  it('is refused when too many wait', () => {
    const fixture = new DeskFixture({ waitersMax: 1 });
    fixture.wait(needs(1n));
    expect(fixture.desk.acquire(needs(1n), at(0))).toMatchObject({
      refusal: { reason: 'overloaded' },
    });
  });
});

describe('the line of an account', () => {
  it('has one take in flight, and its want carries all who wait', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(4n));
    const first = fixture.take();
    fixture.wait(needs(2n));
    fixture.wait(needs(3n));
    fixture.wait(needs(3n, 0n, 0));
    fixture.wait({ ...needs(5n), account: 'a', refs: [] });
    expect(fixture.effects()).toEqual([]);
    fixture.granted(first, 4n);
    const effects = fixture.effects();
    expect(effects.map(({ type }) => type)).toEqual(['admitted', 'take']);
    expect(effects[1]).toMatchObject({ take: { items: [{ need: 2n, want: 9n, known: 4n }] } });
  });

  it('is not overtaken by a newcomer that would fit', () => {
    const fixture = new DeskFixture();
    fixture.book.adoptGranted(refOf(0), 3n, 0);
    fixture.wait(needs(4n));
    fixture.take();
    expect(fixture.desk.acquire(needs(1n), at(0)).status).toBe('waiting');
  });

  it('does not hold up other accounts', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(4n));
    fixture.take();
    fixture.wait({ ...needs(4n), account: 'b' });
    expect(fixture.take().account).toBe('b');
  });

  it('moves on when a hold ends', () => {
    const fixture = new DeskFixture();
    fixture.book.adoptGranted(refOf(0), 4n, 0);
    const first = fixture.desk.acquire(needs(4n), at(0));
    fixture.desk.freed('a', at(0));
    const waiter = fixture.wait(needs(4n));
    const take = fixture.take();
    if (first.status === 'held') fixture.book.release(first.hold);
    fixture.desk.freed('nobody', at(0));
    fixture.desk.freed('a', at(0));
    expect(fixture.effects()).toMatchObject([{ type: 'admitted', waiter }]);
    fixture.granted(take, 8n);
    expect(fixture.effects()).toEqual([]);
  });

  it('forgets a client that left', () => {
    const fixture = new DeskFixture();
    const gone = fixture.wait(needs(9n));
    const take = fixture.take();
    const waiter = fixture.wait(needs(1n));
    expect(fixture.desk.cancel(gone, at(0))).toBe(true);
    expect(fixture.desk.cancel(gone, at(0))).toBe(false);
    fixture.granted(take, 1n);
    expect(fixture.effects()).toMatchObject([{ type: 'admitted', waiter }]);
    expect(fixture.desk.cancel(waiter, at(0))).toBe(false);
  });

  it('gives up on a waiter at its deadline', () => {
    const fixture = new DeskFixture();
    const waiter = fixture.wait(needs(1n));
    const take = fixture.take();
    fixture.desk.tick(at(1999));
    expect(fixture.effects()).toEqual([]);
    fixture.desk.tick(at(2000));
    expect(fixture.effects()).toEqual([
      { type: 'refused', waiter, refusal: { reason: 'timeout' } },
    ]);
    fixture.answer(take, { outcome: 'unknown' }, 2001);
    expect(fixture.effects()).toEqual([]);
  });

  it('takes nothing while the term does not hold', () => {
    const fixture = new DeskFixture({ waitMs: 10 * TERM_MS });
    fixture.wait(needs(1n));
    const take = fixture.take();
    fixture.granted(take, 1n, TERM_MS);
    expect(fixture.effects()).toEqual([]);
    fixture.beat.opened(at(TERM_MS), 0);
    fixture.desk.tick(at(TERM_MS));
    expect(fixture.effects()).toMatchObject([{ type: 'admitted' }]);
  });
});

describe('the next slice of a stream', () => {
  it('is added at once, waits for a take, or is refused', () => {
    const fixture = new DeskFixture();
    fixture.book.adoptGranted(refOf(0), 5n, 0);
    const acquired = fixture.desk.acquire(needs(2n), at(0));
    if (acquired.status !== 'held') throw new Error('not held');
    const { hold } = acquired;
    expect(fixture.desk.extend(hold, needs(2n), at(0))).toEqual({ status: 'held', hold });
    const waiting = fixture.desk.extend(hold, needs(2n), at(0));
    expect(waiting.status).toBe('waiting');
    const take = fixture.take();
    fixture.granted(take, 6n);
    expect(fixture.effects()).toMatchObject([{ type: 'admitted', hold }]);
    expect(hold.heldByKind[0]).toBe(6n);
    expect(fixture.desk.extend(hold, needs(2n), at(TERM_MS))).toMatchObject({
      refusal: { reason: 'term' },
    });
    const slice = fixture.desk.extend(hold, needs(2n), at(0));
    expect(fixture.desk.extend(hold, needs(2n), at(0)).status).toBe('waiting');
    fixture.desk.tick(at(1000));
    expect(slice).toMatchObject({ waiter: { extends: hold, deadlineMs: 1000 } });
    fixture.desk.end('closed');
    expect(fixture.desk.extend(hold, needs(2n), at(0))).toMatchObject({
      refusal: { reason: 'epoch_ended' },
    });
  });
});

describe('fetching ahead', () => {
  it('takes nothing for nobody', () => {
    const { book } = new DeskFixture();
    expect(takeItems([], { book, atMs: 0, spendingWindowMs: 2000 })).toEqual([]);
  });

  it('wants what was spent in the last moments on top', () => {
    const fixture = new DeskFixture();
    fixture.book.adoptGranted(refOf(0), 6n, 0);
    fixture.desk.acquire(needs(2n), at(100));
    fixture.desk.acquire(needs(4n), at(200));
    fixture.wait(needs(1n), 300);
    expect(fixture.take().items).toMatchObject([{ need: 1n, want: 7n }]);
  });

  it('forgets spending that is over', () => {
    const { book } = new DeskFixture();
    book.adoptGranted(refOf(0), 20n, 0);
    const lease = book.lease(refOf(0));
    expect(lease.recentSpending(0, 2000)).toBe(0n);
    lease.noteSpending(5n, 0, 2000);
    lease.noteSpending(1n, 2000, 2000);
    expect(lease.recentSpending(2500, 2000)).toBe(5n);
    expect(lease.recentSpending(4500, 2000)).toBe(1n);
    expect(lease.recentSpending(6000, 2000)).toBe(0n);
    lease.noteSpending(2n, 9000, 2000);
    expect(lease.recentSpending(9000, 2000)).toBe(2n);
  });

  it('refills in the background once half of a generous grant is spent', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(2n, 1n, 0b11));
    const rows = [grant(0, 12n), grant(1, 1n)];
    fixture.answer(fixture.take(), { outcome: 'granted', rows });
    fixture.effects();
    fixture.desk.acquire(needs(5n), at(10));
    expect(fixture.effects()).toEqual([]);
    fixture.desk.acquire(needs(1n), at(20));
    const take = fixture.take();
    expect(take).toMatchObject({ background: true, items: [{ need: 0n, want: 8n, known: 12n }] });
    expect(fixture.desk.acquire(needs(1n), at(30)).status).toBe('held');
    expect(fixture.effects()).toEqual([]);
    fixture.granted(take, 20n, 40);
    expect(fixture.book.lease(refOf(0)).refillBelow).toBe(5n);
  });

  it('stops refilling when a background take brings nothing, and refuses nobody', () => {
    for (const outcome of ['refused', 'granted'] as const) {
      const fixture = new DeskFixture();
      fixture.wait(needs(2n));
      fixture.granted(fixture.take(), 12n);
      fixture.effects();
      fixture.desk.acquire(needs(6n), at(10));
      const take = fixture.take();
      if (outcome === 'refused') fixture.refused(take, {}, 20);
      else fixture.granted(take, 12n, 20);
      expect(fixture.effects()).toEqual([]);
      expect(fixture.book.lease(refOf(0)).refillBelow).toBe(0n);
      fixture.desk.acquire(needs(1n), at(30));
      expect(fixture.effects()).toEqual([]);
    }
  });

  it('refills from an extension too, and only what has a cap and was spent lately', () => {
    const fixture = new DeskFixture({ spendingWindowMs: 10 });
    fixture.book.adoptGranted(refOf(0), 10n, 0);
    const acquired = fixture.desk.acquire(needs(1n), at(0));
    if (acquired.status !== 'held') throw new Error('not held');
    fixture.book.lease(refOf(0)).refillBelow = 9n;
    fixture.desk.extend(acquired.hold, needs(1n), at(0));
    const take = fixture.take();
    expect(take.background).toBe(true);
    fixture.granted(take, 10n);
    fixture.book.lease(refOf(0)).refillBelow = 9n;
    fixture.desk.extend(acquired.hold, needs(0n, 0n, 0), at(50_000));
    fixture.desk.extend(acquired.hold, needs(0n, 0n, 0b1), at(50_000));
    expect(fixture.effects()).toEqual([]);
  });

  it('takes for a waiter that came while a background take was in flight', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(2n));
    fixture.granted(fixture.take(), 12n);
    fixture.effects();
    fixture.desk.acquire(needs(6n), at(10));
    const background = fixture.take();
    fixture.wait(needs(9n), 20);
    expect(fixture.effects()).toEqual([]);
    fixture.refused(background, {}, 30);
    expect(fixture.take()).toMatchObject({ background: false, items: [{ need: 5n }] });
  });
});

describe('answers that change the epoch', () => {
  it('adopts grants on resync and takes again', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(4n));
    fixture.answer(fixture.take(), { outcome: 'resync', rows: [grant(0, 3n), grant(4, 9n)] });
    expect(fixture.take().items).toEqual([{ ref: refOf(0), need: 1n, want: 1n, known: 3n }]);
    expect(fixture.book.free(refOf(4))).toBe(9n);
  });

  it('ends an epoch whose rows are behind', () => {
    const fixture = new DeskFixture();
    fixture.book.adoptGranted(refOf(0), 3n, 0);
    const waiter = fixture.wait(needs(4n));
    fixture.answer(fixture.take(), { outcome: 'resync', rows: [grant(0, 2n)] });
    expect(fixture.effects()).toEqual([
      { type: 'epoch_ended', how: 'behind' },
      { type: 'refused', waiter, refusal: { reason: 'epoch_ended' } },
    ]);
    expect(fixture.book.closed).toBe(true);
  });

  it('ends an epoch that PostgreSQL closed, once', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(4n));
    const take = fixture.take();
    fixture.answer(take, { outcome: 'closed' });
    expect(fixture.effects().map(({ type }) => type)).toEqual(['epoch_ended', 'refused']);
    fixture.desk.end('closed');
    fixture.answer(take, { outcome: 'closed' });
    expect(fixture.effects()).toEqual([]);
    expect(fixture.desk.waiting).toBe(0);
  });

  it('takes again with the same knowledge when the outcome is unknown, and wants its rows re-read', () => {
    const fixture = new DeskFixture();
    fixture.wait(needs(4n));
    const take = fixture.take();
    fixture.answer(take, { outcome: 'unknown' }, 100);
    expect(fixture.book.resyncWanted).toBe(true);
    expect(fixture.effects()).toEqual([]);
    fixture.desk.tick(at(129));
    expect(fixture.effects()).toEqual([]);
    fixture.desk.tick(at(130));
    expect(fixture.take().items).toEqual(take.items);
    fixture.granted(take, 99n);
    expect(fixture.effects()).toEqual([]);
  });

  it('lets a key pass whose account waits for another key at its cap', () => {
    const fixture = new DeskFixture();
    fixture.book.adoptGranted(refOf(0), 10n, 0);
    fixture.wait(needs(1n, 0n, 0b10001));
    const { owner, kind, period } = refOf(4);
    fixture.refused(fixture.take(), { owner, kind, period });
    expect(fixture.effects().map(({ type }) => type)).toEqual(['reclaim']);
    const other = needs(1n, 0n, 0b10001, refsOf('other'));
    fixture.book.adoptGranted(refOf(4, refsOf('other')), 5n, 0);
    expect(fixture.desk.acquire(other, at(0)).status).toBe('held');
    expect(fixture.desk.acquire(needs(1n, 0n, 0b10001), at(0)).status).toBe('waiting');
  });
});
