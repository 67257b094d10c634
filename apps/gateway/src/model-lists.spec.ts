import { afterEach, describe, expect, it } from 'vitest';
import { anyKey, KEY, ProxyHarness } from './testing/proxy-harness.js';
import { answers } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(`${harness.url}${path}`, { headers: { 'x-api-key': KEY, ...headers } });
}

const start = async (key = anyKey()): Promise<void> => {
  harness = await ProxyHarness.start({
    upstreams: [answers()],
    keys: { [KEY]: key },
    model: { id: 'vendor/m', capabilities: ['vision'] },
  });
};

describe('the list of models', () => {
  it('is OpenAI’s, with prices per token as exact texts', async () => {
    await start();
    expect(await (await get('/v1/models')).json()).toMatchObject({
      object: 'list',
      data: [
        {
          id: 'vendor/m',
          object: 'model',
          created: 0,
          owned_by: 'provider-0',
          name: 'Model m',
          context_length: 100_000,
          architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
          pricing: {
            prompt: '0.000001',
            completion: '0.000002',
            request: '0',
            input_cache_read: '0.0000001',
            input_cache_write: '0.00000125',
            internal_reasoning: '0.000002',
          },
          description: 'For tests.',
          supported_parameters: expect.arrayContaining(['max_tokens', 'temperature']) as unknown[],
          top_provider: { context_length: 100_000, max_completion_tokens: 8_000 },
        },
        ...['auto', 'auto-cheap', 'auto-green', 'auto-fast'].map((name) => ({
          id: `weir/${name}`,
          owned_by: 'weir',
          pricing: null,
        })),
      ],
    });
  });

  it('is Anthropic’s for who says its version', async () => {
    await start();
    const list: unknown = await (
      await get('/v1/models?limit=20', { 'anthropic-version': '2023-06-01' })
    ).json();
    expect(list).toMatchObject({
      has_more: false,
      first_id: 'vendor/m',
      data: expect.arrayContaining([
        expect.objectContaining({ type: 'model', id: 'vendor/m', display_name: 'Model m' }),
      ]) as unknown[],
    });
  });

  it('is Gemini’s at Gemini’s path', async () => {
    await start();
    expect(await (await get('/v1beta/models')).json()).toMatchObject({
      models: expect.arrayContaining([
        expect.objectContaining({ name: 'models/vendor/m', inputTokenLimit: 100_000 }),
      ]) as unknown[],
    });
  });

  it('is asked for one model, its slash encoded or not', async () => {
    await start();
    for (const path of ['/v1/models/vendor%2Fm', '/v1/models/vendor/m']) {
      expect(await (await get(path)).json()).toMatchObject({ id: 'vendor/m', object: 'model' });
    }
    const gemini: unknown = await (await get('/v1beta/models/vendor/m')).json();
    expect(gemini).toMatchObject({ displayName: 'Model m' });
  });

  it('hides what a key may not use, and does not know what is not there', async () => {
    await start(anyKey({ allowedModels: new Set(['other']) }));
    expect(await (await get('/v1/models')).json()).toEqual({ object: 'list', data: [] });
    for (const [path, error] of [
      ['/v1/models/vendor/m', { code: 'model_not_found' }],
      ['/v1beta/models/vendor/m', { status: 'NOT_FOUND' }],
    ] as const) {
      const res = await get(path);
      expect(res.status).toBe(404);
      expect(await res.json()).toMatchObject({ error });
    }
  });
});
