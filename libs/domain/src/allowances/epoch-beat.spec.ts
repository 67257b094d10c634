import { describe, expect, it } from 'vitest';
import { elapsedMs, EpochBeat, TERM_MS } from './index.js';
import { at } from './simulation/fixtures.js';

describe('the term of an epoch', () => {
  it('does not hold before the epoch is open', () => {
    expect(new EpochBeat().termHolds(at(0))).toBe(false);
  });

  it('counts from the sending of the last acknowledged beat', () => {
    const beat = new EpochBeat();
    beat.opened(at(0), 0);
    const call = beat.next(at(1000));
    expect(beat.termHolds(at(TERM_MS - 1))).toBe(true);
    expect(beat.termHolds(at(TERM_MS))).toBe(false);
    if (call !== null) beat.answered(call, 0);
    expect(beat.termHolds(at(TERM_MS + 999))).toBe(true);
    expect(beat.termHolds(at(TERM_MS + 1000))).toBe(false);
  });

  it('ends when the machine slept, though the monotonic clock stood still', () => {
    const beat = new EpochBeat();
    beat.opened(at(0), 0);
    expect(beat.termHolds({ monotonicMs: 10, wallMs: TERM_MS })).toBe(false);
    expect(beat.termHolds({ monotonicMs: 10, wallMs: -1e9 })).toBe(true);
    expect(elapsedMs(at(5), { monotonicMs: 8, wallMs: 6 })).toBe(3);
  });
});

describe('a beat', () => {
  it('is sent one at a time and repeats its number when the outcome is unknown', () => {
    const beat = new EpochBeat();
    const first = beat.next(at(0));
    expect(first?.n).toBe(1n);
    expect(beat.next(at(1))).toBeNull();
    if (first !== null) beat.unknown(first);
    const again = beat.next(at(2));
    expect(again?.n).toBe(1n);
    if (again !== null) beat.answered(again, 0);
    expect(beat.acknowledged).toBe(1n);
    expect(beat.next(at(3))?.n).toBe(2n);
  });

  it('ignores what comes after it was given up', () => {
    const beat = new EpochBeat();
    const late = beat.next(at(0));
    if (late === null) throw new Error('no beat');
    beat.unknown(late);
    const current = beat.next(at(5));
    beat.answered(late, 0);
    beat.unknown(late);
    expect(beat.acknowledged).toBe(0n);
    expect(beat.next(at(6))).toBeNull();
    expect(current?.n).toBe(1n);
  });
});

describe('the clock of the database', () => {
  it('goes on from the last answer, dated at its sending', () => {
    const beat = new EpochBeat();
    expect(beat.databaseNowMs(at(0))).toBe(0);
    beat.opened(at(100), 5000);
    expect(beat.databaseNowMs(at(150))).toBe(5050);
  });

  it('never goes back, and does not follow a step of the wall clock', () => {
    const beat = new EpochBeat();
    beat.opened(at(0), 5000);
    expect(beat.databaseNowMs({ monotonicMs: 100, wallMs: 3_600_000 })).toBe(5100);
    const call = beat.next(at(100));
    if (call !== null) beat.answered(call, 4000);
    expect(beat.databaseNowMs(at(150))).toBe(5100);
  });
});
