import { afterEach, describe, expect, it } from 'vitest';
import { RoutedHarness } from '../testing/routed-harness.js';
import { answers } from '../testing/wire.js';
import { endpointStates } from './endpoint-states.js';

let harness: RoutedHarness;
afterEach(() => harness.stop());
const states = () => endpointStates(harness.proxy.catalog, harness.proxy.health, performance.now());

describe('what a pulse tells of endpoints', () => {
  it('is nothing of endpoints that were never called', async () => {
    harness = await RoutedHarness.start({ endpoints: [{}, {}] });
    expect(states()).toEqual([]);
    expect(endpointStates(null, harness.proxy.health, 0)).toEqual([]);
  });

  it('is state, median, error rate, the last error and when to come back', async () => {
    const busy = answers('{}', 429, { 'retry-after': '30' });
    harness = await RoutedHarness.start({
      endpoints: [{ priority: 1, answer: busy }, { region: 'us' }],
    });
    await harness.served();
    const [first, second] = states();
    expect(first).toMatchObject({
      provider: 'provider-0',
      model: 'm',
      region: 'eu',
      state: 'unavailable',
      error_rate: 1,
      p50_ms: null,
      last_error: 'status_429',
    });
    expect(first?.retry_in_ms).toBeGreaterThan(25_000);
    expect(second).toMatchObject({
      provider: 'provider-1',
      region: 'us',
      state: 'ok',
      error_rate: 0,
      retry_in_ms: null,
      last_error: null,
    });
    expect(second?.p50_ms).toBeGreaterThan(0);
  });

  it('does not hold a client’s own mistake against an endpoint', async () => {
    harness = await RoutedHarness.start({ endpoints: [{ answer: answers('{}', 400) }] });
    await harness.proxy.chat();
    expect(states()).toEqual([]);
  });
});
