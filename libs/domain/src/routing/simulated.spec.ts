import { describe, expect, it } from 'vitest';
import type { RouteEndpoint } from './index.js';
import { withoutSimulation } from './index.js';

const endpoint = (provider: string, changes: Partial<RouteEndpoint> = {}): RouteEndpoint => ({
  id: provider,
  provider,
  model: 'm',
  region: null,
  priceNano: 1n,
  latencyMs: null,
  carbonGrams: null,
  health: 'ok',
  probe: false,
  priority: 0,
  weight: 1,
  unable: null,
  ...changes,
});
const unables = (pool: readonly RouteEndpoint[]) =>
  withoutSimulation(pool, 'sandbox').map(({ unable }) => unable);

describe('simulated providers among real ones', () => {
  it('are marked where a real one can do it, even while it is down', () => {
    expect(unables([endpoint('sandbox'), endpoint('real')])).toEqual(['simulated', null]);
    expect(unables([endpoint('sandbox'), endpoint('real', { health: 'unavailable' })])).toEqual([
      'simulated',
      null,
    ]);
  });

  it('keep a reason of their own', () => {
    expect(unables([endpoint('sandbox', { unable: 'tools' }), endpoint('real')])).toEqual([
      'tools',
      null,
    ]);
  });

  it('compete where nothing real can do it', () => {
    const alone = [endpoint('sandbox')];
    expect(withoutSimulation(alone, 'sandbox')).toBe(alone);
    expect(unables([endpoint('sandbox'), endpoint('real', { unable: 'tools' })])).toEqual([
      null,
      'tools',
    ]);
    expect(unables([endpoint('sandbox'), endpoint('real', { priceNano: null })])).toEqual([
      null,
      null,
    ]);
  });
});
