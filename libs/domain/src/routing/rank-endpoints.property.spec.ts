import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RouteEndpoint } from './index.js';
import { POLICY_WEIGHTS, ROUTING_POLICIES, rankEndpoints } from './index.js';

const REGIONS = ['eu', 'us', null] as const;
const PROVIDERS = ['p', 'q', 'r'] as const;

const anyEndpoint = fc.record<Omit<RouteEndpoint, 'id'>>({
  provider: fc.constantFrom(...PROVIDERS),
  model: fc.constantFrom('m', 'n'),
  region: fc.constantFrom(...REGIONS),
  priceNano: fc.option(fc.bigInt(0n, 50n)),
  latencyMs: fc.option(fc.integer({ min: 0, max: 80 })),
  carbonGrams: fc.option(fc.integer({ min: 0, max: 3 })),
  health: fc.constantFrom('ok', 'degraded', 'unavailable'),
  probe: fc.boolean(),
  priority: fc.nat(2),
  weight: fc.nat(3),
  unable: fc.option(fc.constantFrom('tools', 'context')),
});
const anyEndpoints = fc
  .array(anyEndpoint, { maxLength: 10 })
  .map((list) => list.map((one, index): RouteEndpoint => ({ ...one, id: `e${String(index)}` })));
const anyInput = fc.record({
  routing: fc.record({
    policy: fc.constantFrom(...ROUTING_POLICIES),
    provider: fc.option(fc.constantFrom(...PROVIDERS)),
    region: fc.option(fc.constantFrom('eu', 'us')),
    fallback: fc.option(fc.boolean()),
  }),
  regionPin: fc.option(fc.constantFrom('eu', 'us')),
  seed: fc.integer(),
  lastUsed: fc.constant(null),
});

describe('ranking endpoints, whatever they are', () => {
  it('is indifferent to the order in which they are given', () => {
    fc.assert(
      fc.property(
        anyEndpoints.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        anyInput,
        ([given, shuffled], input) => {
          expect(rankEndpoints(shuffled, input)).toEqual(rankEndpoints(given, input));
        },
      ),
    );
  });

  it('never violates a region pin, nor a wish without fallback', () => {
    fc.assert(
      fc.property(anyEndpoints, anyInput, (endpoints, input) => {
        const { routing, regionPin } = input;
        for (const { region, provider } of rankEndpoints(endpoints, input).order) {
          if (regionPin !== null) expect(region).toBe(regionPin);
          if (routing.fallback === true) continue;
          if (routing.region !== null) expect(region).toBe(routing.region);
          if (routing.provider !== null) expect(provider).toBe(routing.provider);
        }
      }),
    );
  });

  it('tries each usable endpoint once, nothing unusable, and names a reason for every loser', () => {
    fc.assert(
      fc.property(anyEndpoints, anyInput, (endpoints, input) => {
        const { order, judged } = rankEndpoints(endpoints, input);
        expect(new Set(order).size).toBe(order.length);
        expect(judged.map(({ endpoint }) => endpoint.id).sort()).toEqual(
          endpoints.map(({ id }) => id).sort(),
        );
        for (const one of judged) {
          expect(order.includes(one.endpoint)).toBe(one.excluded === null);
          expect(one.score === null).toBe(one.excluded !== null);
        }
        for (const { health, priceNano, unable } of order) {
          expect([health === 'unavailable', priceNano, unable]).toEqual([
            false,
            expect.anything(),
            null,
          ]);
        }
      }),
    );
  });

  it('keeps scores and terms between 0 and the policy’s weights', () => {
    fc.assert(
      fc.property(anyEndpoints, anyInput, (endpoints, input) => {
        const weights = POLICY_WEIGHTS[input.routing.policy];
        for (const { terms, score } of rankEndpoints(endpoints, input).judged) {
          if (terms === null || score === null) continue;
          expect(score).toBeCloseTo(terms.price + terms.latency + terms.carbon + terms.health, 10);
          for (const term of ['price', 'latency', 'carbon', 'health'] as const) {
            expect(terms[term]).toBeGreaterThanOrEqual(0);
            expect(terms[term]).toBeLessThanOrEqual(weights[term]);
          }
        }
      }),
    );
  });

  it('draws level candidates as often as their weights say', () => {
    const of = (id: string, weight: number): RouteEndpoint => ({
      id,
      provider: id,
      model: 'm',
      region: null,
      priceNano: 1n,
      latencyMs: null,
      carbonGrams: null,
      health: 'ok',
      probe: false,
      priority: 0,
      weight,
      unable: null,
    });
    const routing = { policy: 'balanced', provider: null, region: null, fallback: null } as const;
    const firsts = { a: 0, b: 0, c: 0 };
    const trials = 10_000;
    for (let seed = 0; seed < trials; seed++) {
      const { order } = rankEndpoints([of('a', 6), of('b', 3), of('c', 1)], {
        routing,
        regionPin: null,
        seed,
        lastUsed: null,
      });
      firsts[order[0]?.id as 'a' | 'b' | 'c'] += 1;
    }
    expect(Math.abs(firsts.a / trials - 0.6)).toBeLessThan(0.02);
    expect(Math.abs(firsts.b / trials - 0.3)).toBeLessThan(0.02);
    expect(Math.abs(firsts.c / trials - 0.1)).toBeLessThan(0.02);
  });
});
