import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideSlice, firstSliceTokens, SLICE_TOKENS } from './index.js';

describe('the slices of a stream', () => {
  it('begin with one slice or the whole bound', () => {
    expect(firstSliceTokens(100_000)).toBe(SLICE_TOKENS);
    expect(firstSliceTokens(100)).toBe(100);
  });

  it('are asked for when half a slice is left', () => {
    const state = { held: 1024, outputMax: 10_000 };
    expect(decideSlice({ ...state, producedMax: 511 })).toEqual({ ask: false, covered: true });
    expect(decideSlice({ ...state, producedMax: 512 })).toEqual({
      ask: true,
      covered: true,
      holdTokens: 2048,
    });
    expect(decideSlice({ ...state, producedMax: 1024 })).toEqual({
      ask: true,
      covered: true,
      holdTokens: 2048,
    });
  });

  it('hold nothing beyond the bound', () => {
    expect(decideSlice({ producedMax: 1500, held: 1024, outputMax: 1200 })).toEqual({
      ask: true,
      covered: false,
      holdTokens: 1200,
    });
    expect(decideSlice({ producedMax: 9999, held: 1200, outputMax: 1200 })).toEqual({
      ask: false,
      covered: true,
    });
  });

  it('let nothing pass that is not held, and always ask for enough to pass it', () => {
    fc.assert(
      fc.property(
        fc.nat(20_000),
        fc.nat(20_000),
        fc.integer({ min: 1, max: 20_000 }),
        (producedMax, held, outputMax) => {
          const decision = decideSlice({ producedMax, held, outputMax });
          const produced = Math.min(producedMax, outputMax);
          expect(decision.covered).toBe(produced <= held);
          if (!decision.ask) return;
          expect(decision.holdTokens).toBeGreaterThan(held);
          expect(decision.holdTokens).toBeLessThanOrEqual(outputMax);
          expect(decision.holdTokens).toBeGreaterThanOrEqual(produced);
        },
      ),
    );
  });
});
