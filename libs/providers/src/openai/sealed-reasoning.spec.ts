import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSealed, openSeal, sealReasoning } from './sealed-reasoning.js';

describe('reasoning sealed into a signature', () => {
  it('opens as it was sealed, and is base64', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), (detail) => {
        const plain: unknown = JSON.parse(JSON.stringify(detail));
        const seal = sealReasoning({ kind: 'detail', detail });
        expect(seal).toMatch(/^[A-Za-z0-9+/]+=*$/);
        expect(openSeal(seal)).toEqual({ kind: 'detail', detail: plain });
      }),
    );
    expect(openSeal(sealReasoning({ kind: 'content' }))).toEqual({ kind: 'content' });
  });

  it('is told from any other signature', () => {
    expect(isSealed(sealReasoning({ kind: 'content' }))).toBe(true);
    expect(isSealed('EqQBCg')).toBe(false);
    expect(isSealed(null)).toBe(false);
    expect(openSeal('EqQBCg')).toBeNull();
    expect(openSeal(null)).toBeNull();
  });

  it('does not open when it was altered', () => {
    const seal = sealReasoning({ kind: 'content' });
    expect(openSeal(seal.slice(0, -6))).toBeNull();
    expect(openSeal(`${seal}!`)).toBeNull();
    expect(openSeal(btoa('weir-reasoning:{}'))).toBeNull();
  });
});
