import { describe, expect, it } from 'vitest';
import { FocusReport, type FocusLine } from './focus.js';

const line = (over: Partial<FocusLine> = {}): FocusLine => ({
  day: '2026-12-31',
  keyId: 'k1',
  keyName: 'ci',
  model: 'm',
  provider: 'p',
  region: 'eu',
  template: '',
  priceVersion: '3',
  tokenClass: 'input',
  tokens: 10,
  costNano: 1_500n,
  ...over,
});

function rowsOf(lines: readonly FocusLine[]): Record<string, string>[] {
  const report = new FocusReport({ id: 'a1', name: '=evil', currency: 'EUR' });
  for (const one of lines) report.add(one);
  const [header = '', ...rows] = [...report.lines()].map((text) => text.trimEnd());
  const names = header.split(',');
  return rows.map((row) =>
    Object.fromEntries(row.split(',').map((cell, i) => [names[i] ?? '', cell])),
  );
}

describe('a FOCUS 1.2 report', () => {
  it('sums a day, key, model and class into one row', () => {
    const rows = rowsOf([line(), line({ tokens: 5, costNano: 500n }), line({ keyId: 'k2' })]);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      BilledCost: '0.000002',
      ListCost: '0.000002',
      BillingAccountName: "'=evil",
      BillingCurrency: 'EUR',
      BillingPeriodStart: '2026-12-01T00:00:00Z',
      BillingPeriodEnd: '2027-01-01T00:00:00Z',
      ChargePeriodStart: '2026-12-31T00:00:00Z',
      ChargePeriodEnd: '2027-01-01T00:00:00Z',
      ChargeCategory: 'Usage',
      PricingQuantity: '15',
      PricingUnit: 'Tokens',
      ServiceCategory: 'AI and Machine Learning',
      SkuId: 'm/input',
      SubAccountName: 'ci',
      x_InputTokens: '15',
      x_OutputTokens: '',
    });
  });

  it('puts every token class into its own column, and fees and adjustments into rows without tokens', () => {
    const rows = rowsOf([
      line({ tokenClass: 'output', tokens: 7 }),
      line({ tokenClass: 'cache_read', tokens: 3 }),
      line({ tokenClass: 'request', tokens: 1 }),
      line({ tokenClass: 'adjustment', tokens: 0, costNano: -1n }),
    ]);
    const byClass = new Map(rows.map((row) => [row['SkuId'], row]));
    expect(byClass.get('m/output')).toMatchObject({ x_OutputTokens: '7', x_InputTokens: '' });
    expect(byClass.get('m/cache_read')).toMatchObject({ x_CacheReadTokens: '3' });
    expect(byClass.get('m/request')).toMatchObject({
      PricingUnit: 'Requests',
      PricingQuantity: '1',
    });
    expect(byClass.get('m/adjustment')).toMatchObject({
      ChargeCategory: 'Adjustment',
      PricingUnit: '',
      PricingQuantity: '',
      BilledCost: '-0.000000001',
    });
  });

  it('tags what a template caused, in the order of the days', () => {
    const report = new FocusReport({ id: 'a', name: 'A', currency: 'USD' });
    report.add(line({ day: '2026-12-02', template: 'review' }));
    report.add(line({ day: '2026-12-01' }));
    const text = [...report.lines()];
    expect(text[1]).toContain('2026-12-01T00:00:00Z');
    expect(text[2]).toContain('"{""template"":""review""}"');
  });
});
