import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulatedRouting } from '@weir/contracts';
import { startTestDatabase } from '@weir/test-kit';
import { ConsoleHarness, type Person } from '../testing/console-harness.js';

describe('a simulated routing', () => {
  let harness: ConsoleHarness;
  let admin: Person;
  let person: Person;
  const ids = new Map<string, string>();

  const make = async (path: string, body: object): Promise<string> => {
    const answer = await harness.call('POST', path, { as: admin, body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.id;
  };
  const endpoint = async (model: string, slug: string, price: string, more: object = {}) => {
    let provider = ids.get(slug);
    if (provider === undefined) {
      provider = await make('/api/admin/providers', {
        slug,
        name: slug,
        kind: 'openai',
        base_url: `https://${slug}.example/v1`,
        region: slug === 'far' ? 'us' : 'eu',
        credential: 'secret-of-the-provider',
      });
      ids.set(slug, provider);
    }
    const id = await make('/api/admin/endpoints', {
      provider,
      model,
      upstream_model: `${model}-${slug}`,
      ...more,
    });
    await make('/api/admin/prices', { model, endpoint: id, input: price, output: price });
    ids.set(`${model} at ${slug}`, id);
  };

  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    admin = await harness.person('admin');
    person = await harness.person();
    await make('/api/admin/models', { id: 'plain', capabilities: [] });
    await make('/api/admin/models', { id: 'able', capabilities: ['tools'] });
    await endpoint('plain', 'near', '4', { carbon_grams_per_1k: 0.1 });
    await endpoint('plain', 'far', '1', { carbon_grams_per_1k: 2 });
    await endpoint('able', 'near', '9');
  });
  afterAll(() => harness.stop());

  const simulate = async (body: object, as = person) => {
    const answer = await harness.call('POST', '/api/routing/simulate', { as, body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return simulatedRouting.parse(answer.body);
  };

  it('picks what the policy prefers, and shows every score', async () => {
    const cheap = await simulate({ model: 'plain', route: { policy: 'prefer-cheapest' } });
    expect(cheap).toMatchObject({
      policy: 'prefer-cheapest',
      source: 'request',
      picked: ids.get('plain at far'),
      reason: 'the best score',
      considered: [
        { provider: 'far', price: '1', score: 1 },
        { provider: 'near', price: '4', score: 0.4 },
      ],
    });
    const green = await simulate({ model: 'plain', route: { prefer_low_carbon: true } });
    expect(green.picked).toBe(ids.get('plain at near'));
    expect(JSON.stringify(green)).not.toContain('secret');
  });

  it('stands for any chat model that meets the needs', async () => {
    const any = await simulate({ model: 'weir/auto-cheap' });
    expect(any.picked).toBe(ids.get('plain at far'));
    const tools = await simulate({ model: 'weir/auto-cheap', needs: { tools: true } });
    expect(tools.picked).toBe(ids.get('able at near'));
    expect(tools.considered.map(({ model, excluded }) => [model, excluded])).toEqual([
      ['able', undefined],
      ['plain', 'tools'],
      ['plain', 'tools'],
    ]);
  });

  it('counts the account’s wishes, the key’s, and its pin', async () => {
    const as = await harness.person();
    await harness.call('PUT', '/api/routing', { as, body: { policy: 'prefer-low-carbon' } });
    expect(await simulate({ model: 'plain' }, as)).toMatchObject({
      source: 'account',
      picked: ids.get('plain at near'),
    });
    const { body: key } = await harness.call('POST', '/api/keys', {
      as,
      body: { label: 'pinned', region_pin: 'us', routing: { policy: 'prefer-fastest' } },
    });
    const pinned = await simulate({ model: 'plain', key: key.id }, as);
    expect(pinned).toMatchObject({ source: 'key', policy: 'prefer-fastest' });
    expect(pinned.picked).toBe(ids.get('plain at far'));
    expect(pinned.considered[1]).toMatchObject({ provider: 'near', excluded: 'region_pin' });
  });

  it('sees the endpoints as the gateways do', async () => {
    const down = {
      endpoint_id: ids.get('plain at far'),
      provider: 'far',
      model: 'plain',
      region: 'us',
      state: 'unavailable',
      retry_in_ms: 4000,
      error_rate: 1,
      p50_ms: null,
      last_error: 'connect',
    };
    await harness.sql.query(`INSERT INTO gateway_pulse VALUES ($1, now(), '[]', $2, '{}')`, [
      randomUUID(),
      JSON.stringify({ endpoints: [down] }),
    ]);
    const without = await simulate({ model: 'plain', route: { policy: 'prefer-cheapest' } });
    expect(without.picked).toBe(ids.get('plain at near'));
    expect(without.considered[1]).toMatchObject({ provider: 'far', excluded: 'unavailable' });
    await harness.sql.query('DELETE FROM gateway_pulse');
  });

  it('answers with no pick and every reason where nothing can serve it', async () => {
    const none = await simulate({ model: 'plain', route: { region: 'mars' } });
    expect(none.picked).toBeNull();
    expect(none.considered.map(({ excluded }) => excluded)).toEqual(['region', 'region']);
  });

  it.each([
    [{ model: 'nobody' }, 'model'],
    [{ model: 'plain', route: { policy: 'prefer-region' } }, 'route.region'],
    [{ model: 'plain', route: { policy: 'x' } }, 'route.policy'],
  ])('refuses %j', async (body, path) => {
    const answer = await harness.call('POST', '/api/routing/simulate', { as: person, body });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  it('knows no key of another account', async () => {
    const { body: key } = await harness.call('POST', '/api/keys', {
      as: person,
      body: { label: 'mine' },
    });
    const answer = await harness.call('POST', '/api/routing/simulate', {
      as: await harness.person(),
      body: { model: 'plain', key: key.id },
    });
    expect(answer.status).toBe(404);
  });
});
