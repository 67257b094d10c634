import { TieredPrices } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { NANO_PER_UNIT, parseMoney } from '@weir/units';
import { describe, expect, it } from 'vitest';
import { priceNano } from './decimal.js';
import { planVersions } from './price-plan.js';

const NOW = new Date('2026-06-15T12:00:00Z');
const plan = (prices: Parameters<typeof planVersions>[0], rateNano = NANO_PER_UNIT) =>
  planVersions(prices, NOW, rateNano);
const dollars = (text: string): bigint => parseMoney(text);

describe('a price of the catalogue', () => {
  it.each([
    [0.1, '0.1'],
    [0.075, '0.075'],
    [5e-7, '0.0000005'],
    [21, '21'],
    [0, '0'],
    [1e21, null],
  ])('of %f is exact in nano', (amount, text) => {
    expect(priceNano(amount, NANO_PER_UNIT)).toBe(text === null ? 10n ** 30n : dollars(text));
  });

  it('is read by its digits, whatever binary fraction stands behind them', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(9), (digits, decimals) => {
        const text = (digits / 10 ** decimals).toFixed(decimals);
        expect(priceNano(Number(text), NANO_PER_UNIT)).toBe(
          BigInt(digits) * 10n ** BigInt(9 - decimals),
        );
      }),
    );
  });

  it('is converted at the rate and rounded once', () => {
    expect(priceNano(0.15, dollars('0.92'))).toBe(dollars('0.138'));
    expect(priceNano(5e-10, 1n * NANO_PER_UNIT)).toBe(1n);
  });

  it.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY]])('of %f is none', (amount) => {
    expect(() => priceNano(amount, NANO_PER_UNIT)).toThrow(RangeError);
  });
});

describe('the plan of a model’s prices', () => {
  it('takes every token class, and bills as input what has no price of its own', () => {
    expect(plan({ input_mtok: 2.5, output_mtok: 10, cache_read_mtok: 1.25 })).toEqual([
      {
        startsAt: null,
        price: {
          inputNano: dollars('2.5'),
          outputNano: dollars('10'),
          cacheReadNano: dollars('1.25'),
          cacheWrite5mNano: dollars('2.5'),
          cacheWrite1hNano: dollars('2.5'),
          requestNano: null,
          tiers: [],
        },
      },
    ]);
    expect(plan({ input_mtok: 3, output_mtok: 3 })?.[0]?.price.cacheReadNano).toBe(dollars('3'));
    const cached = { input_mtok: 3, output_mtok: 15, cache_write_mtok: 3.75 };
    expect(plan(cached)?.[0]?.price).toMatchObject({
      cacheWrite5mNano: dollars('3.75'),
      cacheWrite1hNano: null,
    });
    expect(plan({ ...cached, cache_write_1h_mtok: 6 })?.[0]?.price).toMatchObject({
      cacheWrite1hNano: dollars('6'),
    });
  });

  it('takes fees per request and the dearer of visible and hidden output', () => {
    const figures = { input_mtok: 1, output_mtok: 2, output_reasoning_mtok: 3, requests_kcount: 5 };
    expect(plan(figures)?.[0]?.price).toMatchObject({
      outputNano: dollars('3'),
      requestNano: dollars('0.005'),
    });
  });

  it('makes one tier of each start, with the classes that have none at their base', () => {
    const price = plan({
      input_mtok: new TieredPrices({ base: 3, tiers: [{ start: 200_000, price: 6 }] }),
      output_mtok: new TieredPrices({
        base: 15,
        tiers: [
          { start: 500_000, price: 30 },
          { start: 200_000, price: 22.5 },
        ],
      }),
      cache_read_mtok: 0.3,
    })?.[0]?.price;
    expect(price).toMatchObject({ inputNano: dollars('3'), outputNano: dollars('15') });
    expect(price?.tiers).toMatchObject([
      {
        aboveTokens: 200_000,
        inputNano: dollars('6'),
        outputNano: dollars('22.5'),
        cacheReadNano: dollars('0.3'),
      },
      { aboveTokens: 500_000, inputNano: dollars('6'), outputNano: dollars('30') },
    ]);
  });

  it('begins a price on its day, and takes the newest of those that began', () => {
    const from = (start_date: string, input: number) => ({
      constraint: { type: 'start_date' as const, start_date },
      prices: { input_mtok: input, output_mtok: 1 },
    });
    const versions = plan([
      { prices: { input_mtok: 9, output_mtok: 1 } },
      from('2026-12-01', 1),
      from('2026-03-01', 3),
      from('2025-03-01', 5),
      from('2026-09-01', 2),
    ]);
    expect(
      versions?.map(({ startsAt, price }) => [startsAt?.toISOString() ?? null, price.inputNano]),
    ).toEqual([
      [null, dollars('3')],
      ['2026-09-01T00:00:00.000Z', dollars('2')],
      ['2026-12-01T00:00:00.000Z', dollars('1')],
    ]);
  });

  it('takes the dearest hour of a price that depends on the hour', () => {
    const at = (start_time: string, end_time: string, input: number, output: number) => ({
      constraint: { type: 'time_of_date' as const, start_time, end_time },
      prices: { input_mtok: input, output_mtok: output },
    });
    const versions = plan([
      at('00:30:00Z', '16:30:00Z', 0.27, 0.5),
      at('16:30:00Z', '00:30:00Z', 0.135, 0.55),
    ]);
    expect(versions).toMatchObject([
      { price: { inputNano: dollars('0.27'), outputNano: dollars('0.55') } },
    ]);
  });

  it('has none for what is not billed by tokens', () => {
    expect(plan({ audio_hours: 0.36 })).toBeNull();
    expect(plan({})).toBeNull();
    expect(plan([{ prices: {} }])).toBeNull();
  });
});
