import { afterEach, describe, expect, it } from 'vitest';
import { armFailpoints, failpoint, FailpointError } from './failpoint.js';

afterEach(() => {
  armFailpoints([]);
});

describe('a failpoint', () => {
  it('does nothing unless armed', () => {
    expect(failpoint('FP1')).toBeUndefined();
  });

  it('acts on its nth hit only', () => {
    armFailpoints(['FP1:3:throw']);
    void failpoint('FP1');
    void failpoint('FP2');
    void failpoint('FP1');
    expect(() => failpoint('FP1')).toThrow(FailpointError);
    expect(failpoint('FP1')).toBeUndefined();
  });

  it('delays whoever awaits it', async () => {
    armFailpoints(['FP4:1:delay=20']);
    const started = performance.now();
    await failpoint('FP4');
    expect(performance.now() - started).toBeGreaterThanOrEqual(19);
  });
});
