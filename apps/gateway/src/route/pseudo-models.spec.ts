import { afterEach, describe, expect, it } from 'vitest';
import { KEY } from '../testing/proxy-harness.js';
import { RoutedHarness, type RoutedInput } from '../testing/routed-harness.js';
import { answers } from '../testing/wire.js';

let harness: RoutedHarness;
afterEach(() => harness.stop());
const start = async (input: RoutedInput) => {
  harness = await RoutedHarness.start(input);
};
const exclusions = (considered: readonly { model: string; excluded?: string }[]) =>
  Object.fromEntries(considered.map(({ model, excluded }) => [model, excluded ?? null]));

const SMALL = { model: 'small', price: 1_000_000_000n, carbon: 5 };
const LARGE = { model: 'large', price: 8_000_000_000n, carbon: 1 };
const ABLE = { capabilities: ['tools', 'vision', 'json'] };

describe('a pseudo-model', () => {
  it('stands for the model that its policy prefers, and says which answered', async () => {
    await start({ endpoints: [SMALL, LARGE] });
    const res = await harness.proxy.chat({ model: 'weir/auto-cheap' });
    expect(res.headers.get('x-weir-model')).toBe('small');
    expect(await harness.served({ model: 'weir/auto-green' })).toBe(1);
    expect(harness.lastTrace()).toMatchObject({
      policy: 'prefer-low-carbon',
      source: 'model',
      requested_model: 'weir/auto-green',
    });
    expect(await harness.served({ model: 'weir/auto-fast' })).toBeGreaterThanOrEqual(0);
    expect(harness.lastTrace().policy).toBe('prefer-fastest');
    expect(await harness.served({ model: 'weir/auto' })).toBe(0);
    expect(harness.lastTrace()).toMatchObject({ policy: 'balanced', source: 'default' });
  });

  it('follows the account’s policy as weir/auto, and a request’s own before its name’s', async () => {
    const options = {
      policy: 'prefer-low-carbon',
      provider: null,
      region: null,
      fallback: null,
      preferLowCarbon: null,
    } as const;
    await start({ endpoints: [SMALL, LARGE], key: { routing: [{ source: 'account', options }] } });
    expect(await harness.served({ model: 'weir/auto' })).toBe(1);
    expect(await harness.served({ model: 'weir/auto-cheap' })).toBe(0);
    const route = { policy: 'prefer-low-carbon' };
    expect(await harness.served({ model: 'weir/auto-cheap', route })).toBe(1);
  });

  it('leaves out models that cannot do what the request needs, and says why', async () => {
    await start({
      endpoints: [SMALL, LARGE],
      models: { small: { contextTokens: 1_000 }, large: ABLE },
    });
    const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }];
    expect(await harness.served({ model: 'weir/auto-cheap', tools })).toBe(1);
    expect(exclusions(harness.lastTrace().considered)).toEqual({ small: 'tools', large: null });
    const long = [{ role: 'user', content: 'word '.repeat(1_000) }];
    expect(await harness.served({ model: 'weir/auto-cheap', messages: long })).toBe(1);
    expect(exclusions(harness.lastTrace().considered)).toEqual({ small: 'context', large: null });
    expect(await harness.served({ model: 'weir/auto-cheap' })).toBe(0);
  });

  it('answers 503 with the reasons where no model can', async () => {
    await start({ endpoints: [SMALL, LARGE] });
    const res = await harness.proxy.chat({
      model: 'weir/auto',
      response_format: { type: 'json_object' },
    });
    expect(res.status).toBe(503);
    expect(await res.text()).toContain('json (2)');
  });

  it('stands only for models that the key may use', async () => {
    await start({ endpoints: [SMALL, LARGE], key: { allowedModels: new Set(['large']) } });
    expect(await harness.served({ model: 'weir/auto-cheap' })).toBe(1);
    expect(exclusions(harness.lastTrace().considered)).toEqual({ large: null });
  });

  it('never answers with a simulation where a real model can', async () => {
    await start({ endpoints: [{ ...SMALL, slug: 'sandbox' }, LARGE] });
    expect(await harness.served({ model: 'weir/auto-cheap' })).toBe(1);
    expect(exclusions(harness.lastTrace().considered)).toEqual({ small: 'simulated', large: null });
    await harness.stop();
    await start({ endpoints: [{ ...SMALL, slug: 'sandbox' }] });
    expect(await harness.served({ model: 'weir/auto-cheap' })).toBe(0);
  });

  it('fails over to another model, and the row and the bill are that model’s', async () => {
    await start({ endpoints: [{ ...SMALL, answer: answers('{}', 500) }, LARGE] });
    const res = await harness.proxy.chat({ model: 'weir/auto-cheap' });
    expect(res.headers.get('x-weir-model')).toBe('large');
    const row = harness.proxy.money.onlyRow();
    expect(row).toMatchObject({ status: 'ok', model: 'large', attempts: 2 });
    // 12 + 5 tokens at 8 per million.
    expect(harness.proxy.money.ended[0]?.record.costNano).toBe(136_000n);
    expect(harness.lastTrace().attempts).toMatchObject([
      { model: 'small', status: 500, outcome: 'status', usage: null, cost: '0' },
      {
        model: 'large',
        outcome: 'ok',
        cost: '0.000136',
        usage: { input_tokens: 12, output_tokens: 5 },
      },
    ]);
    expect(harness.proxy.money.begun[0]).toMatchObject({
      model: 'small',
      candidateModels: ['small', 'large'],
    });
  });

  it('holds for every model that may answer and sends none more than the least can say', async () => {
    await start({
      endpoints: [SMALL, LARGE],
      models: { small: { outputTokensMax: 50 }, large: { outputTokensMax: 8_000 } },
    });
    await harness.served({ model: 'weir/auto-green', max_tokens: 4_000 });
    expect(JSON.parse(harness.received[1]?.[0] ?? '')).toMatchObject({ max_tokens: 50 });
  });

  it('is not for embeddings', async () => {
    await start({ endpoints: [SMALL] });
    const res = await fetch(`${harness.proxy.url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ model: 'weir/auto', input: 'text' }),
    });
    expect(res.status).toBe(400);
  });

  it('is listed beside the models that it stands for', async () => {
    await start({ endpoints: [SMALL] });
    const list = async () => {
      const res = await fetch(`${harness.proxy.url}/v1/models`, {
        headers: { authorization: `Bearer ${KEY}` },
      });
      return ((await res.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
    };
    expect(await list()).toEqual([
      'small',
      'weir/auto',
      'weir/auto-cheap',
      'weir/auto-green',
      'weir/auto-fast',
    ]);
    await harness.stop();
    await start({ endpoints: [SMALL], models: { small: { kind: 'embeddings' } } });
    expect(await list()).toEqual(['small']);
  });
});
