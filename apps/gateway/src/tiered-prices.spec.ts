import type { CatalogPrice } from '@weir/data';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRecord } from './journal/records.js';
import { recoveredRow } from './recovery/recovered-row.js';
import { ProxyHarness } from './testing/proxy-harness.js';
import { answers } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

const ids = {
  id: '01990000-0000-7000-8000-000000000001',
  account: '01990000-0000-7000-8000-000000000002',
  key: '01990000-0000-7000-8000-000000000003',
  epoch: '01990000-0000-7000-8000-000000000004',
};
const classes = { cacheReadNano: null, cacheWrite5mNano: null, cacheWrite1hNano: null };
const PRICE: CatalogPrice = {
  ...classes,
  version: 9n,
  model: 'm',
  endpoint: null,
  validFromMs: 0,
  inputNano: 1_000_000_000n,
  outputNano: 2_000_000_000n,
  requestNano: null,
  tiers: [{ ...classes, aboveTokens: 10, inputNano: 3_000_000_000n, outputNano: 5_000_000_000n }],
};

const usage = {
  input: 11,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 5,
  reasoning: 0,
};

describe('a model whose long prompts cost more', () => {
  it('is charged the tier its prompt reaches, and holds for the dearest it can reach', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()], catalog: { prices: [PRICE] } });
    // 12 + 5 tokens: 12 × 3.00 + 5 × 5.00 per million.
    const res = await harness.chat({ max_tokens: 1000 });
    expect(res.headers.get('x-weir-cost')).toBe('0.000061');
    expect(harness.money.ended[0]?.hold.heldByKind[0]).toBeGreaterThanOrEqual(1000n * 5_000n);
  });

  it('is priced the same when its gateway died and the journal is read back', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers()], catalog: { prices: [PRICE] } });
    await harness.chat();
    const [begin] = harness.money.begun;
    const holds = ['1000000000', '0', '0', '0', '0', '0', '0'];
    const read = parseRecord(JSON.stringify({ t: 'begin', ...ids, at: 1, holds, ...begin }));
    if (read?.t !== 'begin') throw new Error('The begin record does not parse.');
    const progress = { t: 'progress' as const, id: ids.id, usage, holds };
    const row = recoveredRow({ begin: read, progress, end: null, void: false, candidate: 0 });
    // 11 × 3.00 + 5 × 5.00 per million.
    expect(row).toMatchObject({ cost_nano: '58000', price_version: '9' });
  });
});
