import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingWindow, WINDOW_BUCKETS, WINDOW_MS } from './index.js';

/** Begins far enough from 1970 that a whole window lies before it. */
const START = 1_000_000;
const LENGTH_MS = 6_000;
const BUCKET_MS = LENGTH_MS / WINDOW_BUCKETS;

interface Added {
  readonly bucket: number;
  amount: number;
}

/** The same by the definition: a list of everything that was ever added. */
class Model {
  readonly added: Added[] = [];
  newest = 0;

  see(nowMs: number): void {
    this.newest = Math.max(this.newest, Math.floor(nowMs / BUCKET_MS));
  }

  total(): number {
    return this.added
      .filter(({ bucket }) => bucket > this.newest - WINDOW_BUCKETS)
      .reduce((sum, { amount }) => sum + amount, 0);
  }
}

const step = fc.record({
  what: fc.constantFrom('add', 'correct', 'look'),
  afterMs: fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 0, max: 7_000 })),
  amount: fc.integer({ min: 0, max: 50 }),
});

describe('a rolling window', () => {
  it('counts exactly what was added in its last sixty buckets, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const window = new RollingWindow(LENGTH_MS);
        const model = new Model();
        let nowMs = START;
        for (const { what, afterMs, amount } of steps) {
          nowMs += afterMs;
          model.see(nowMs);
          if (what === 'add') {
            const bucket = window.add(nowMs, amount);
            expect(bucket).toBe(model.newest);
            model.added.push({ bucket, amount });
          }
          const last = model.added.at(-1);
          if (what === 'correct' && last !== undefined) {
            window.total(nowMs);
            window.correct(last.bucket, amount - last.amount);
            last.amount = amount;
          }
          expect(window.total(nowMs)).toBe(model.total());
        }
      }),
    );
  });

  it('says to the millisecond when there is room, and never later', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 0, max: 120 }),
        (steps, limit, amount) => {
          const window = new RollingWindow(LENGTH_MS);
          let nowMs = START;
          for (const { afterMs, amount: more } of steps) {
            nowMs += Math.abs(afterMs);
            window.add(nowMs, more);
          }
          const waitMs = window.msUntilRoom(nowMs, limit, amount);
          if (waitMs === null) {
            expect(amount).toBeGreaterThan(limit);
            return;
          }
          if (waitMs > 0) {
            expect(window.total(nowMs + waitMs - 1) + amount).toBeGreaterThan(limit);
          }
          expect(window.total(nowMs + waitMs) + amount).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it('says to the millisecond when nothing counts any more', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const window = new RollingWindow(LENGTH_MS);
        let nowMs = START;
        for (const { afterMs, amount } of steps) {
          nowMs += Math.abs(afterMs);
          window.add(nowMs, amount);
        }
        const waitMs = window.msUntilEmpty(nowMs);
        if (waitMs > 0) expect(window.total(nowMs + waitMs - 1)).toBeGreaterThan(0);
        expect(window.total(nowMs + waitMs)).toBe(0);
      }),
    );
  });

  it('never lets more than the limit into one window of buckets', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (gaps) => {
        const window = new RollingWindow(LENGTH_MS);
        const admitted: number[] = [];
        let nowMs = START;
        for (const gap of gaps) {
          nowMs += gap;
          if (window.msUntilRoom(nowMs, 3, 1) !== 0) continue;
          admitted.push(window.add(nowMs, 1));
        }
        for (const first of admitted) {
          const within = admitted.filter((b) => b >= first && b < first + WINDOW_BUCKETS);
          expect(within.length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});

describe('what another witness saw', () => {
  it('raises a bucket and never lowers it', () => {
    const window = new RollingWindow(WINDOW_MS.hours5);
    const now = 1_700_000_000_000;
    const bucket = window.add(now, 5);
    window.raise({ bucket, amount: 3 }, now);
    expect(window.total(now)).toBe(5);
    window.raise({ bucket, amount: 8 }, now);
    window.raise({ bucket: bucket - 1, amount: 2 }, now);
    expect(window.total(now)).toBe(10);
  });

  it('is passed over outside the window', () => {
    const window = new RollingWindow(WINDOW_MS.hours24);
    const now = 1_700_000_000_000;
    const bucket = window.bucketOf(now);
    window.raise({ bucket: bucket - WINDOW_BUCKETS, amount: 3 }, now);
    window.raise({ bucket: bucket + 1, amount: 3 }, now);
    expect(window.total(now)).toBe(0);
    const young = new RollingWindow(LENGTH_MS);
    young.raise({ bucket: -1, amount: 3 }, 0);
    expect(young.total(0)).toBe(0);
    young.add(0, 1);
    expect(young.msUntilRoom(0, 1, 1)).toBe(LENGTH_MS);
  });
});

it('has whole buckets only', () => {
  expect(() => new RollingWindow(61)).toThrow('whole ms');
  expect(() => new RollingWindow(0)).toThrow('whole ms');
  expect(new RollingWindow(WINDOW_MS.days7).bucketMs).toBe(168 * 60_000);
  expect(new RollingWindow(WINDOW_MS.minute).bucketMs).toBe(1_000);
});
