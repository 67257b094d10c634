import { describe, expect, it } from 'vitest';
import { allowanceRef, allowanceRefs, compareAllowances } from './index.js';

describe('the names of allowances', () => {
  it('belong to the account up to kind 3 and to the key from 4', () => {
    const refs = allowanceRefs('acc', 'key', ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
    expect(refs.map(({ id }) => id)).toEqual([
      'acc|0|p0',
      'acc|1|p1',
      'acc|2|p2',
      'acc|3|p3',
      'key|4|p4',
      'key|5|p5',
      'key|6|p6',
    ]);
    expect(allowanceRefs('acc', 'key', [])[0]?.period).toBe('');
  });

  it('sort by owner, kind and period, as their rows are locked', () => {
    const refs = [
      allowanceRef('b', 0, 'p'),
      allowanceRef('a', 1, 'p'),
      allowanceRef('a', 0, 'q'),
      allowanceRef('a', 0, 'p'),
      allowanceRef('a', 0, 'p'),
    ];
    expect(refs.sort(compareAllowances).map(({ id }) => id)).toEqual([
      'a|0|p',
      'a|0|p',
      'a|0|q',
      'a|1|p',
      'b|0|p',
    ]);
    const [q, p] = [allowanceRef('a', 0, 'q'), allowanceRef('a', 0, 'p')];
    expect([compareAllowances(p, q), compareAllowances(q, p), compareAllowances(p, p)]).toEqual([
      -1, 1, 0,
    ]);
  });
});
