import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EndpointHealth } from './index.js';
import { orderCandidates } from './index.js';

const candidate = (name: string, priority = 0, weight = 1, health: EndpointHealth = 'ok') => ({
  name,
  priority,
  weight,
  health,
});
const names = (ordered: readonly { name: string }[]) => ordered.map(({ name }) => name).join('');

describe('the order of endpoints', () => {
  it('follows priority, and within one health', () => {
    const candidates = [
      candidate('d', 2),
      candidate('c', 1, 100, 'degraded'),
      candidate('b', 1, 1, 'ok'),
      candidate('a', 0, 1, 'degraded'),
    ];
    expect(names(orderCandidates(candidates, 1))).toBe('abcd');
  });

  it('leaves out unavailable endpoints, even if nothing is left', () => {
    expect(
      names(orderCandidates([candidate('a', 0, 1, 'unavailable'), candidate('b', 9)], 1)),
    ).toBe('b');
    expect(orderCandidates([candidate('a', 0, 1, 'unavailable')], 1)).toEqual([]);
  });

  it('is the same for the same seed and keeps every available endpoint once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.nat(10), { maxLength: 8 }), (seed, weights) => {
        const candidates = weights.map((weight, index) => candidate(String(index), 0, weight));
        const ordered = orderCandidates(candidates, seed);
        expect(orderCandidates(candidates, seed)).toEqual(ordered);
        expect(new Set(ordered)).toEqual(new Set(candidates));
        expect(ordered).toHaveLength(candidates.length);
      }),
    );
  });

  it('puts an endpoint first as often as its weight says', () => {
    let first = 0;
    for (let seed = 0; seed < 20_000; seed++) {
      if (orderCandidates([candidate('a', 0, 3), candidate('b', 0, 1)], seed)[0]?.name === 'a')
        first += 1;
    }
    expect(first / 20_000).toBeGreaterThan(0.73);
    expect(first / 20_000).toBeLessThan(0.77);
  });

  it('tries weight 0 last of its priority, in the given order', () => {
    const candidates = [candidate('x', 0, 0), candidate('y', 0, 0), candidate('z', 0, 1)];
    for (let seed = 0; seed < 50; seed++)
      expect(names(orderCandidates(candidates, seed))).toBe('zxy');
  });
});
