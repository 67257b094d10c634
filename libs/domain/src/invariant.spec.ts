import { describe, expect, it } from 'vitest';
import { invariant, InvariantError } from './index.js';

describe('an invariant', () => {
  it('passes when it holds and throws its sentence when it does not', () => {
    expect(() => invariant(true, 'unused')).not.toThrow();
    expect(() => invariant(false, 'free is never negative')).toThrow(InvariantError);
  });
});
