import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EndpointHealth } from './index.js';
import { orderCandidates } from './index.js';

const endpoint = (id: string, priority = 0, weight = 1, health: EndpointHealth = 'ok') => ({
  id,
  priority,
  weight,
  health,
  probe: false,
});
const ids = (ordered: readonly { id: string }[]) => ordered.map(({ id }) => id).join('');

describe('the order of the endpoints of one candidate', () => {
  it('follows priority, and within one health', () => {
    const endpoints = [
      endpoint('d', 2),
      endpoint('c', 1, 100, 'degraded'),
      endpoint('b', 1, 1, 'ok'),
      endpoint('a', 0, 1, 'degraded'),
    ];
    expect(ids(orderCandidates(endpoints, 1))).toBe('abcd');
  });

  it('gives one that waits for its probe a turn among the healthy', () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => seed);
    const firsts = seeds.map(
      (seed) =>
        orderCandidates(
          [{ ...endpoint('p', 0, 1, 'degraded'), probe: true }, endpoint('h')],
          seed,
        )[0]?.id,
    );
    expect(new Set(firsts)).toEqual(new Set(['p', 'h']));
  });

  it('leaves out unavailable endpoints, even if nothing is left', () => {
    expect(ids(orderCandidates([endpoint('a', 0, 1, 'unavailable'), endpoint('b', 9)], 1))).toBe(
      'b',
    );
    expect(orderCandidates([endpoint('a', 0, 1, 'unavailable')], 1)).toEqual([]);
  });

  it('is the same for the same seed in whatever order they are given, and keeps each once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.nat(10), { maxLength: 8 }), (seed, weights) => {
        const endpoints = weights.map((weight, index) => endpoint(String(index), 0, weight));
        const ordered = orderCandidates(endpoints, seed);
        expect(orderCandidates([...endpoints].reverse(), seed)).toEqual(ordered);
        expect(new Set(ordered)).toEqual(new Set(endpoints));
        expect(ordered).toHaveLength(endpoints.length);
      }),
    );
  });

  it('puts an endpoint first as often as its weight says', () => {
    let first = 0;
    for (let seed = 0; seed < 20_000; seed++) {
      if (orderCandidates([endpoint('a', 0, 3), endpoint('b', 0, 1)], seed)[0]?.id === 'a')
        first += 1;
    }
    expect(first / 20_000).toBeGreaterThan(0.73);
    expect(first / 20_000).toBeLessThan(0.77);
  });

  it('tries weight 0 last of its priority, by id', () => {
    const endpoints = [endpoint('y', 0, 0), endpoint('x', 0, 0), endpoint('z', 0, 1)];
    for (let seed = 0; seed < 50; seed++) expect(ids(orderCandidates(endpoints, seed))).toBe('zxy');
  });
});
