import { afterEach, describe, expect, it } from 'vitest';
import { ProxyHarness } from './testing/proxy-harness.js';
import { answers } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

const TOKEN_PRICE = { version: 4n, priceNano: 20_000n, validFromMs: 0 };
const charging = { unpriced_models: 'token-price' };

async function startWith(
  settings: Record<string, unknown>,
  price: { ledgerRateNano: bigint | null; priceNano?: bigint },
): Promise<void> {
  harness = await ProxyHarness.start({
    upstreams: [answers()],
    catalog: { prices: [], settings, tokenPrices: [{ ...TOKEN_PRICE, ...price }] },
  });
}

describe('a model without a price', () => {
  it('is refused unless the admin says otherwise', async () => {
    await startWith({}, { ledgerRateNano: 1_100_000_000n });
    const res = await harness.chat();
    expect(await res.json()).toMatchObject({ error: { code: 'unpriced_model' } });
    expect(harness.money.begun).toHaveLength(0);
  });

  it('is charged the token price at the stated rate, held before and flagged by its price version', async () => {
    await startWith(charging, { ledgerRateNano: 1_100_000_000n });
    expect((await harness.chat({ max_tokens: 100 })).status).toBe(200);
    // 12 + 5 tokens × 0.00002 EUR × 1.1
    expect(harness.money.ended[0]?.charged.costNano).toBe(374_000n);
    expect(harness.money.ended[0]?.hold.heldByKind[0]).toBeGreaterThanOrEqual(100n * 22_000n);
    expect(harness.money.onlyRow().price_version).toBe('-4');
    expect(harness.money.begun[0]?.candidates[0]).toMatchObject({
      priceVersion: '-4',
      price: { input: '22000000000', output: '22000000000' },
    });
  });

  it.each([
    ['no rate was stated', { ledgerRateNano: null }],
    ['the token price is 0', { ledgerRateNano: 1_000_000_000n, priceNano: 0n }],
  ])('stays refused, never free in silence, while %s', async (_why, price) => {
    await startWith(charging, price);
    const res = await harness.chat();
    expect(await res.json()).toMatchObject({ error: { code: 'unpriced_model' } });
  });
});
