import { describe, expect, it } from 'vitest';
import { ALLOWANCE_KINDS, amountOfKind, countsTokens, ownedByAccount } from './index.js';

describe('allowance kinds', () => {
  it('count tokens for kinds 1 to 3 and money for the others', () => {
    expect(ALLOWANCE_KINDS.filter(countsTokens)).toEqual([1, 2, 3]);
    expect(ALLOWANCE_KINDS.map((kind) => amountOfKind(kind, 7n, 9n))).toEqual([
      7n,
      9n,
      9n,
      9n,
      7n,
      7n,
      7n,
    ]);
  });

  it('belong to the account up to kind 3 and to the key from 4', () => {
    expect(ALLOWANCE_KINDS.filter(ownedByAccount)).toEqual([0, 1, 2, 3]);
  });
});
