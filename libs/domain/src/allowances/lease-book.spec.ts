import { describe, expect, it } from 'vitest';
import { InvariantError } from '../invariant.js';
import type { Hold } from './index.js';
import { LeaseBook } from './index.js';
import { grant, needs, refOf, REFS } from './simulation/fixtures.js';

function bookWith(balance: bigint, dayTokens = 0n): LeaseBook {
  const book = new LeaseBook('epoch');
  book.adoptGranted(refOf(0), balance, 0);
  if (dayTokens > 0n) book.adoptGranted(refOf(1), dayTokens, 0);
  return book;
}

function held(book: LeaseBook, costNano: bigint, tokens = 0n, cappedKinds = 0b1): Hold {
  const hold = book.tryHold(needs(costNano, tokens, cappedKinds), 0);
  if (hold === null) throw new Error('the hold was refused');
  return hold;
}

describe('taking a hold', () => {
  it('moves the amount from free to held', () => {
    const book = bookWith(10n);
    const hold = held(book, 4n);
    expect(hold.heldByKind).toEqual([4n, 0n, 0n, 0n, 0n, 0n, 0n]);
    expect(book.free(refOf(0))).toBe(6n);
    expect(book.openHolds).toBe(1);
    book.verify([hold]);
  });

  it('takes all or nothing', () => {
    const book = bookWith(10n, 3n);
    expect(book.tryHold(needs(4n, 4n, 0b11), 0)).toBeNull();
    expect(book.free(refOf(0))).toBe(10n);
    expect(book.tryHold(needs(4n, 3n, 0b11), 0)?.heldByKind[1]).toBe(3n);
  });

  it('needs no lease where there is no cap or nothing is needed', () => {
    const book = new LeaseBook('epoch');
    expect(book.tryHold(needs(4n, 4n, 0), 0)).not.toBeNull();
    expect(book.tryHold(needs(0n, 0n, 0b1111111), 0)).not.toBeNull();
    expect(book.tryHold(needs(1n), 0)).toBeNull();
    expect(book.tryHold(needs(1n, 0n, 0b1, []), 0)).toBeNull();
  });

  it('tells how much is missing', () => {
    const book = bookWith(10n);
    expect(book.deficit(needs(14n), 0)).toBe(4n);
    expect(book.deficit(needs(10n), 0)).toBe(0n);
    expect(book.deficit(needs(14n), 4)).toBe(0n);
    expect(book.deficit(needs(14n, 0n, 0b1, []), 0)).toBe(0n);
  });
});

describe('extending a hold', () => {
  it('adds to it from the same leases', () => {
    const book = bookWith(10n, 5n);
    const hold = held(book, 4n);
    expect(book.tryExtend(hold, needs(2n, 1n, 0b11), 0)).toBe(true);
    expect(hold.heldByKind.slice(0, 2)).toEqual([6n, 1n]);
    expect(book.tryExtend(hold, needs(5n), 0)).toBe(false);
    book.verify([hold]);
  });

  it('names the allowances it was taken from', () => {
    const book = bookWith(10n);
    const hold = held(book, 1n);
    expect(() => book.tryExtend(hold, needs(1n, 0n, 0b1, [...REFS]), 0)).toThrow(InvariantError);
  });
});

describe('ending a hold', () => {
  it('consumes the charge and frees the rest', () => {
    const book = bookWith(10n);
    const hold = held(book, 6n);
    book.end(hold, 2n, 0n);
    expect(book.lease(refOf(0))).toMatchObject({ consumed: 2n, held: 0n, free: 8n });
    expect(book).toMatchObject({ openHolds: 0, unconfirmed: 1, drained: false });
    book.confirm(hold);
    expect(book.lease(refOf(0)).confirmed).toBe(2n);
    expect(book.drained).toBe(true);
  });

  it('consumes no more than the hold when the charge is larger', () => {
    const book = bookWith(10n);
    const hold = held(book, 6n);
    book.end(hold, 9n, 0n);
    expect(hold.consumedByKind[0]).toBe(6n);
    expect(book.free(refOf(0))).toBe(4n);
  });

  it('covers an excess from what is free, as far as that goes', () => {
    const book = bookWith(10n);
    const hold = held(book, 6n);
    book.cover(hold, 8n, 0n);
    expect(hold.heldByKind[0]).toBe(8n);
    book.cover(hold, 20n, 0n);
    expect(hold.heldByKind[0]).toBe(10n);
    book.cover(hold, 20n, 0n);
    book.end(hold, 20n, 0n);
    expect(book.lease(refOf(0))).toMatchObject({ consumed: 10n, free: 0n });
  });

  it('covers nothing where no cap was known, no lease exists, or the epoch ended', () => {
    const book = bookWith(10n);
    const uncapped = held(book, 6n, 0n, 0);
    book.cover(uncapped, 8n, 0n);
    expect(uncapped.heldByKind[0]).toBe(0n);
    const free = held(book, 0n, 0n, 0b11);
    book.cover(free, 0n, 5n);
    expect(free.heldByKind[1]).toBe(0n);
    book.cover(free, 2n, 0n);
    expect(free.heldByKind[0]).toBe(2n);
    const unnamed = book.tryHold(needs(0n, 0n, 0b1, []), 0);
    if (unnamed !== null) book.cover(unnamed, 1n, 0n);
    expect(unnamed?.heldByKind[0]).toBe(0n);
    book.close();
    book.cover(free, 5n, 0n);
    expect(free.heldByKind[0]).toBe(2n);
  });

  it('frees everything when nothing was dispatched', () => {
    const book = bookWith(10n);
    const hold = held(book, 6n);
    book.release(hold);
    expect(hold.heldByKind[0]).toBe(0n);
    expect(book.free(refOf(0))).toBe(10n);
    expect(book.drained).toBe(true);
  });

  it('happens once', () => {
    const book = bookWith(10n);
    const hold = held(book, 6n);
    book.end(hold, 1n, 0n);
    expect(() => book.end(hold, 1n, 0n)).toThrow(InvariantError);
    expect(() => book.release(hold)).toThrow(InvariantError);
    expect(() => book.tryExtend(hold, needs(1n), 0)).toThrow(InvariantError);
    book.confirm(hold);
    expect(() => book.confirm(hold)).toThrow(InvariantError);
    expect(() => new LeaseBook('other').cover(hold, 1n, 0n)).toThrow(InvariantError);
  });
});

describe('giving back', () => {
  it('moves the free part to returned before any call, and repeats the total until it is acknowledged', () => {
    const book = bookWith(10n);
    const hold = held(book, 4n);
    expect(book.giveBack(refOf(0))).toBe(true);
    expect(book.free(refOf(0))).toBe(0n);
    expect(book.pendingReturns()).toEqual([{ ref: refOf(0), returned: 6n }]);
    expect(book.giveBack(refOf(0))).toBe(false);
    book.release(hold);
    book.giveBackAll();
    book.acknowledgeReturns([{ ref: refOf(0), returned: 6n }]);
    expect(book.pendingReturns()).toEqual([{ ref: refOf(0), returned: 10n }]);
    book.acknowledgeReturns([{ ref: refOf(0), returned: 10n }]);
    book.acknowledgeReturns([{ ref: refOf(0), returned: 6n }]);
    expect(book.pendingReturns()).toEqual([]);
    expect(book.lease(refOf(0)).returnedAcknowledged).toBe(10n);
  });

  it('leaves alone what has no lease or nothing free', () => {
    const book = bookWith(10n);
    expect(book.giveBack(refOf(3))).toBe(false);
    held(book, 10n);
    expect(book.giveBackAll()).toBe(false);
  });

  it('takes leases that were idle long enough', () => {
    const book = bookWith(10n);
    book.adoptGranted(refOf(4), 5n, 4000);
    expect(book.giveBackIdle(4999)).toBe(false);
    expect(book.giveBackIdle(5000)).toBe(true);
    expect(book.pendingReturns().map(({ ref }) => ref)).toEqual([refOf(0)]);
  });
});

describe('an epoch that ended', () => {
  it('holds, extends, adopts and gives back nothing, but lets running requests end', () => {
    const book = bookWith(10n);
    const hold = held(book, 4n);
    book.giveBack(refOf(0));
    book.close();
    expect(book.closed).toBe(true);
    expect(book.tryHold(needs(0n), 0)).toBeNull();
    expect(book.tryExtend(hold, needs(0n), 0)).toBe(false);
    book.adoptGranted(refOf(0), 99n, 0);
    expect(book.lease(refOf(0)).granted).toBe(10n);
    expect(book.pendingReturns()).toEqual([]);
    expect(book.giveBackAll()).toBe(false);
    book.end(hold, 4n, 0n);
    expect(hold.consumedByKind[0]).toBe(4n);
  });
});

describe('re-reading the rows', () => {
  const row = (granted: bigint, returned = 0n, consumed = 0n) => ({
    ...grant(0, granted),
    returned,
    consumed,
  });

  it('adopts grants it had not heard of', () => {
    const book = bookWith(10n);
    book.resyncWanted = true;
    const probe = book.beginResync();
    expect(book.resyncWanted).toBe(false);
    const unheard = { ...grant(4, 3n), returned: 0n, consumed: 0n };
    expect(book.finishResync(probe, [row(15n), unheard], 0)).toBe('current');
    expect(book.free(refOf(0))).toBe(15n);
    expect(book.free(refOf(4))).toBe(3n);
  });

  it('ignores an older, lower grant', () => {
    const book = bookWith(10n);
    book.adoptGranted(refOf(0), 8n, 0);
    expect(book.lease(refOf(0)).granted).toBe(10n);
  });

  it('is not misled by what was acknowledged after the call was sent', () => {
    const book = bookWith(10n);
    const probe = book.beginResync();
    book.adoptGranted(refOf(0), 20n, 0);
    expect(book.finishResync(probe, [row(10n)], 0)).toBe('current');
    expect(book.lease(refOf(0)).granted).toBe(20n);
  });

  it('sees a database behind in granted, returned, consumed, or without the row', () => {
    const book = bookWith(10n);
    const hold = held(book, 4n);
    book.giveBack(refOf(0));
    book.acknowledgeReturns(book.pendingReturns());
    book.end(hold, 3n, 0n);
    book.confirm(hold);
    const probe = book.beginResync();
    expect(book.finishResync(probe, [row(9n, 6n, 3n)], 0)).toBe('behind');
    expect(book.finishResync(probe, [row(10n, 5n, 3n)], 0)).toBe('behind');
    expect(book.finishResync(probe, [row(10n, 6n, 2n)], 0)).toBe('behind');
    expect(book.finishResync(probe, [], 0)).toBe('behind');
    expect(book.finishResync(probe, [row(10n, 6n, 3n)], 0)).toBe('current');
    book.close();
    expect(book.finishResync(probe, [], 0)).toBe('current');
  });

  it('does not miss the row of a lease that was never granted anything', () => {
    const book = new LeaseBook('epoch');
    book.lease(refOf(0));
    expect(book.finishResync(book.beginResync(), [], 0)).toBe('current');
  });
});

describe('the always-on check', () => {
  it('finds a hold that is not counted', () => {
    const book = bookWith(10n);
    const hold = held(book, 4n);
    expect(() => book.verify([])).toThrow(/held is not the sum/);
    book.verify([hold, held(new LeaseBook('other'), 0n)]);
    book.release(hold);
    book.verify([hold]);
  });

  it('finds more acknowledged than returned', () => {
    const book = bookWith(10n);
    book.lease(refOf(0)).acknowledgeReturned(1n);
    expect(() => book.verify([])).toThrow(/more acknowledged than returned/);
  });

  it('refuses amounts that were not there', () => {
    const lease = bookWith(10n).lease(refOf(0));
    expect(() => lease.hold(11n)).toThrow(InvariantError);
    const other = bookWith(10n).lease(refOf(0));
    expect(() => other.release(1n)).toThrow(InvariantError);
    expect(() => bookWith(1n).lease(refOf(0)).end(1n, 1n)).toThrow(InvariantError);
    expect(() => bookWith(1n).lease(refOf(0)).confirm(1n)).toThrow(InvariantError);
    expect(() => lease.verify()).toThrow(/counters say/);
  });
});
