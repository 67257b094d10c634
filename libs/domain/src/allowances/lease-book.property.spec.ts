import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Hold } from './index.js';
import { LeaseBook } from './index.js';
import { needs, refOf } from './simulation/fixtures.js';

const amount = fc.bigInt({ min: 0n, max: 20n });
const action = fc.record({
  what: fc.constantFrom(
    'grant',
    'hold',
    'extend',
    'cover',
    'end',
    'release',
    'confirm',
    'return',
    'acknowledge',
  ),
  cost: amount,
  tokens: amount,
});

describe('any sequence of holds, ends, grants and returns', () => {
  it('keeps free at or above zero and held equal to the open holds', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const book = new LeaseBook('epoch');
        const holds: Hold[] = [];
        const granted = [0n, 0n];
        for (const { what, cost, tokens } of actions) {
          const open = holds.find(({ state }) => state === 'open');
          const want = needs(cost, tokens, 0b11);
          if (what === 'grant') {
            granted[0] = (granted[0] ?? 0n) + cost;
            granted[1] = (granted[1] ?? 0n) + tokens;
            book.adoptGranted(refOf(0), granted[0], 0);
            book.adoptGranted(refOf(1), granted[1], 0);
          }
          if (what === 'hold') {
            const hold = book.tryHold(want, 0);
            if (hold !== null) holds.push(hold);
          }
          if (open !== undefined) {
            if (what === 'extend') book.tryExtend(open, want, 0);
            if (what === 'cover') book.cover(open, cost, tokens);
            if (what === 'end') book.end(open, cost, tokens);
            if (what === 'release') book.release(open);
          }
          const ended = holds.find(({ state }) => state === 'ended');
          if (what === 'confirm' && ended !== undefined) book.confirm(ended);
          if (what === 'return') book.giveBackAll();
          if (what === 'acknowledge') book.acknowledgeReturns(book.pendingReturns());
          book.verify(holds);
        }
      }),
    );
  });
});
