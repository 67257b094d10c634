import { describe, expect, it } from 'vitest';
import type { RankInput, RouteEndpoint } from './index.js';
import { candidatesOf, POLICY_WEIGHTS, ROUTING_POLICIES, nameOf, rankEndpoints } from './index.js';

const endpoint = (id: string, changes: Partial<RouteEndpoint> = {}): RouteEndpoint => ({
  id,
  provider: `provider-${id}`,
  model: 'm',
  region: 'eu',
  priceNano: 1_000n,
  latencyMs: null,
  carbonGrams: null,
  health: 'ok',
  probe: false,
  priority: 100,
  weight: 100,
  unable: null,
  ...changes,
});
const rank = (
  endpoints: readonly RouteEndpoint[],
  routing: Partial<RankInput['routing']> = {},
  more: Partial<RankInput> = {},
) =>
  rankEndpoints(endpoints, {
    routing: { policy: 'balanced', provider: null, region: null, fallback: null, ...routing },
    regionPin: null,
    seed: 1,
    lastUsed: null,
    ...more,
  });
const order = (...args: Parameters<typeof rank>) => rank(...args).order.map(({ id }) => id);
const exclusions = (...args: Parameters<typeof rank>) =>
  Object.fromEntries(rank(...args).judged.map(({ endpoint: { id }, excluded }) => [id, excluded]));

describe('ranking endpoints', () => {
  it('gives each policy weights that add up to one', () => {
    for (const policy of ROUTING_POLICIES) {
      const { price, latency, carbon, health } = POLICY_WEIGHTS[policy];
      expect(price + latency + carbon + health).toBeCloseTo(1, 12);
    }
  });

  it('follows the policy: cheap, quick and clean endpoints win under their own', () => {
    const cheap = endpoint('cheap', { priceNano: 500n, latencyMs: 900, carbonGrams: 3 });
    const quick = endpoint('quick', { priceNano: 3_000n, latencyMs: 90, carbonGrams: 3 });
    const clean = endpoint('clean', { priceNano: 3_000n, latencyMs: 900, carbonGrams: 0.1 });
    const all = [clean, quick, cheap];
    expect(order(all, { policy: 'prefer-cheapest' })[0]).toBe('cheap');
    expect(order(all, { policy: 'prefer-fastest' })[0]).toBe('quick');
    expect(order(all, { policy: 'prefer-low-carbon' })[0]).toBe('clean');
  });

  it('weighs by shares of the best and shows every term of the score', () => {
    const a = endpoint('a', { priceNano: 1_000n, latencyMs: 100, carbonGrams: 2 });
    const b = endpoint('b', {
      priceNano: 2_000n,
      latencyMs: 400,
      carbonGrams: 1,
      health: 'degraded',
    });
    const { judged, reason } = rank([b, a]);
    expect(reason).toBe('the best score');
    expect(judged.map(({ endpoint: { id } }) => id)).toEqual(['a', 'b']);
    expect(judged[0]?.terms).toEqual({ price: 0.35, latency: 0.35, carbon: 0.075, health: 0.15 });
    expect(judged[0]?.score).toBeCloseTo(0.925, 12);
    expect(judged[1]?.terms).toEqual({
      price: 0.175,
      latency: 0.0875,
      carbon: 0.15,
      health: 0.075,
    });
    expect(judged[1]?.score).toBeCloseTo(0.4875, 12);
  });

  it('lets an unknown figure neither help nor harm', () => {
    const known = endpoint('known', { carbonGrams: 5, latencyMs: 100 });
    const unknown = endpoint('unknown');
    const [first, second] = rank([known, unknown], { policy: 'prefer-low-carbon' }).judged;
    expect(first?.score).toBe(second?.score);
    const three = rank([known, unknown, endpoint('dirty', { carbonGrams: 10, latencyMs: 100 })], {
      policy: 'prefer-low-carbon',
    });
    const carbonOf = (id: string) =>
      three.judged.find((one) => one.endpoint.id === id)?.terms?.carbon;
    expect(carbonOf('known')).toBeCloseTo(0.6, 12);
    expect(carbonOf('unknown')).toBeCloseTo(0.45, 12);
    expect(carbonOf('dirty')).toBeCloseTo(0.3, 12);
  });

  it('calls nobody slow whose first byte comes sooner than is felt', () => {
    const latencyOf = (ms: number) =>
      rank([endpoint('a', { latencyMs: 0 }), endpoint('b', { latencyMs: ms })]).judged.find(
        (one) => one.endpoint.id === 'b',
      )?.terms?.latency;
    expect(latencyOf(20)).toBe(0.35);
    expect(latencyOf(40)).toBe(0.175);
  });

  it('compares with what is free', () => {
    const { judged } = rank([endpoint('paid'), endpoint('free', { priceNano: 0n })], {
      policy: 'prefer-cheapest',
    });
    expect(judged.map(({ endpoint: { id }, terms }) => [id, terms?.price])).toEqual([
      ['free', 0.8],
      ['paid', 0],
    ]);
  });

  it('calls scores within one percent of the best level, and no others', () => {
    // Price counts 0.8 of the score: at 1 000 against 1 012 it differs by 0.0095, at 1 014 by 0.011.
    const near = endpoint('near', { priceNano: 1_012n, priority: 1 });
    const far = endpoint('far', { priceNano: 1_014n, priority: 1 });
    const best = endpoint('best', { priceNano: 1_000n, priority: 2 });
    expect(order([best, near], { policy: 'prefer-cheapest' })).toEqual(['near', 'best']);
    expect(order([best, far], { policy: 'prefer-cheapest' })).toEqual(['best', 'far']);
  });

  it('breaks a tie by priority, then by what the caller used last', () => {
    const [a, b, c] = [endpoint('a'), endpoint('b'), endpoint('c', { priority: 1 })];
    expect(rank([a, b, c]).reason).toBe('level scores: the smallest priority number');
    expect(order([a, b, c], {}, { lastUsed: nameOf(a) })[0]).toBe('c');
    for (let seed = 0; seed < 20; seed++) {
      const stuck = rank([a, b], {}, { lastUsed: nameOf(b), seed });
      expect(stuck.order[0]?.id).toBe('b');
      expect(stuck.reason).toBe('level scores: used last by this caller');
    }
    expect(rank([a, b], {}, { lastUsed: 'gone' }).reason).toBe('level scores: drawn by weight');
    expect(rank([a]).reason).toBe('the only candidate');
  });

  it('does not stick to what was used last when it no longer scores as well', () => {
    const dear = endpoint('dear', { priceNano: 9_000n });
    expect(order([dear, endpoint('fair')], {}, { lastUsed: nameOf(dear) })[0]).toBe('fair');
  });

  it('treats endpoints of one provider, model, region, price and carbon as one candidate', () => {
    const twins = [1, 2].map((n) =>
      endpoint(`t${String(n)}`, { provider: 'p', priority: n, latencyMs: n * 100 }),
    );
    const [first, second] = rank([...twins, endpoint('u', { provider: 'p', region: 'us' })]).judged;
    expect([first?.endpoint.id, second?.endpoint.id]).toEqual(['t1', 't2']);
    expect(first?.terms?.latency).toBe(second?.terms?.latency);
  });

  it('takes the healthiest endpoint for the health of a candidate', () => {
    const healthOf = (id: string, endpoints: RouteEndpoint[]) =>
      rank(endpoints).judged.find((one) => one.endpoint.id === id)?.terms?.health;
    const sick = endpoint('a', { provider: 'p', health: 'degraded' });
    expect(healthOf('a', [sick])).toBe(0.075);
    expect(healthOf('a', [sick, endpoint('b', { provider: 'p' })])).toBe(0.15);
    expect(healthOf('a', [{ ...sick, probe: true }])).toBe(0.15);
  });

  it('says of everything that it leaves out why', () => {
    const endpoints = [
      endpoint('fine'),
      endpoint('weak', { unable: 'tools' }),
      endpoint('free', { priceNano: null }),
      endpoint('dead', { health: 'unavailable' }),
      endpoint('abroad', { region: 'us' }),
    ];
    expect(exclusions(endpoints, { region: 'eu' })).toEqual({
      fine: null,
      weak: 'tools',
      free: 'unpriced',
      dead: 'unavailable',
      abroad: 'region',
    });
    expect(exclusions(endpoints, { provider: 'provider-abroad' })).toMatchObject({
      fine: 'provider',
      abroad: null,
    });
    expect(exclusions(endpoints, {}, { regionPin: 'us' })).toMatchObject({
      fine: 'region_pin',
      abroad: null,
    });
  });

  it('goes outside the wished region and provider only where fallback allows it, and last', () => {
    const inside = endpoint('inside', { region: 'us', priceNano: 9_000n });
    const outside = endpoint('outside');
    expect(order([outside, inside], { region: 'us', fallback: true })).toEqual([
      'inside',
      'outside',
    ]);
    expect(order([outside, inside], { region: 'us' })).toEqual(['inside']);
    expect(order([outside, inside], { region: 'us', fallback: false })).toEqual(['inside']);
    const dead = { ...inside, health: 'unavailable' as const };
    const lost = rank([outside, dead], { provider: 'provider-inside', fallback: true });
    expect(lost.order.map(({ id }) => id)).toEqual(['outside']);
    expect(lost.reason).toContain('fallback');
  });

  it('tries candidates of weight 0 last, by name', () => {
    const endpoints = ['z', 'y', 'x'].map((id) => endpoint(id, { weight: id === 'z' ? 1 : 0 }));
    for (let seed = 0; seed < 20; seed++) {
      expect(order(endpoints, {}, { seed })).toEqual(['z', 'x', 'y']);
    }
    const other = ['y', 'x'].map((id) =>
      endpoint(id === 'y' ? 'a' : 'b', { provider: id, weight: 0 }),
    );
    expect(order(other)).toEqual(['b', 'a']);
  });

  it('makes no candidate of what has no price, and orders the endpoints of one by id', () => {
    const twins = ['b', 'a', 'c'].map((id) => endpoint(id, { provider: 'p' }));
    const candidates = candidatesOf([...twins, endpoint('free', { priceNano: null })]);
    expect(candidates.map((one) => one.endpoints.map(({ id }) => id))).toEqual([['a', 'b', 'c']]);
  });

  it('answers an empty order when nothing may be used', () => {
    expect(rank([])).toEqual({
      order: [],
      judged: [],
      reason: 'no endpoint may or can serve it',
    });
  });
});
