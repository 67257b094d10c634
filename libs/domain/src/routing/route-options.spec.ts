import { describe, expect, it } from 'vitest';
import type { RouteOptions } from './index.js';
import { resolveRouting, routingProblem } from './index.js';

const wishes = (options: Partial<RouteOptions>): RouteOptions => ({
  policy: null,
  provider: null,
  region: null,
  fallback: null,
  preferLowCarbon: null,
  ...options,
});

describe('whose wish counts', () => {
  it('is balanced, everywhere and with failover where nobody wishes', () => {
    expect(resolveRouting([{ source: 'account', options: wishes({}) }])).toEqual({
      policy: 'balanced',
      source: 'default',
      provider: null,
      region: null,
      fallback: null,
    });
  });

  it('takes every member from the strongest level that gives it', () => {
    expect(
      resolveRouting([
        { source: 'request', options: wishes({ region: 'eu' }) },
        { source: 'key', options: wishes({ policy: 'prefer-fastest', region: 'us' }) },
        {
          source: 'account',
          options: wishes({ policy: 'prefer-cheapest', provider: 'p', fallback: false }),
        },
      ]),
    ).toEqual({
      policy: 'prefer-fastest',
      source: 'key',
      provider: 'p',
      region: 'eu',
      fallback: false,
    });
  });

  it('reads “prefer low carbon” as a policy, behind one of the same level', () => {
    const low = wishes({ preferLowCarbon: true });
    expect(resolveRouting([{ source: 'key', options: low }]).policy).toBe('prefer-low-carbon');
    expect(
      resolveRouting([{ source: 'key', options: { ...low, policy: 'prefer-cheapest' } }]).policy,
    ).toBe('prefer-cheapest');
  });

  it('lets a request refuse what its key prefers, and keeps the account’s other policy', () => {
    const refuses = {
      source: 'request',
      options: wishes({ preferLowCarbon: false }),
    } as const;
    const prefers = { source: 'key', options: wishes({ preferLowCarbon: true }) } as const;
    const cheap = { source: 'account', options: wishes({ policy: 'prefer-cheapest' }) } as const;
    expect(resolveRouting([refuses, prefers]).policy).toBe('balanced');
    expect(resolveRouting([refuses, prefers, cheap]).policy).toBe('prefer-cheapest');
    expect(resolveRouting([prefers, refuses]).policy).toBe('prefer-low-carbon');
  });

  it.each([
    ['prefer-region', null, 'p', 'region'],
    ['fixed-provider', 'eu', null, 'provider'],
  ] as const)('says what %s needs', (policy, region, provider, param) => {
    expect(routingProblem({ policy, region, provider })?.param).toBe(param);
    expect(routingProblem({ policy, region: 'eu', provider: 'p' })).toBeNull();
  });
});
