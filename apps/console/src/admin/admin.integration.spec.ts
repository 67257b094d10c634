import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  adminUser,
  catalogueImport,
  endpointView,
  modelView,
  priceView,
  providerView,
  templateView,
  tierView,
} from '@weir/contracts';
import { CredentialBox } from '@weir/platform';
import { eventually, startTestDatabase, verifyBooks } from '@weir/test-kit';
import { ConsoleHarness, PASSWORD, type Person } from '../testing/console-harness.js';

const DEFINITION = {
  categories: { general: { models: [{ model: 'm', endpoint: null, required: true }] } },
};

describe('what admins do', () => {
  let harness: ConsoleHarness;
  let admin: Person;
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    admin = await harness.person('admin');
  });
  afterAll(() => harness.stop());

  const call = (method: string, path: string, body?: unknown) =>
    harness.call(method, `/api/admin/${path}`, {
      as: admin,
      ...(body === undefined ? {} : { body }),
    });
  const audited = async (
    action: string,
  ): Promise<{ actor: string; target: string; before: unknown; after: unknown; ip: string }> => {
    const { rows } = await harness.sql.query(
      'SELECT * FROM audit_entry WHERE action = $1 ORDER BY id DESC LIMIT 1',
      [action],
    );
    expect(rows[0]?.actor, action).toBe(admin.id);
    return rows[0];
  };

  describe('users', () => {
    it('makes a user with an account, who can sign in and has nothing', async () => {
      const { status, body } = await call('POST', 'users', {
        email: 'new@example.test',
        password: PASSWORD,
        name: 'New',
      });
      expect(status).toBe(201);
      expect(adminUser.parse(body)).toMatchObject({
        role: 'user',
        balance: '0',
        tier: { name: 'Free' },
      });
      const { session } = await harness.login('new@example.test');
      expect(
        (await harness.call('GET', '/api/balance', { as: { token: session.access_token } })).body
          .balance,
      ).toBe('0');
      expect(await audited('user.create')).toMatchObject({
        target: `app_user:${body.id}`,
        ip: '127.0.0.1',
      });
    });

    it('refuses a second user of one e-mail, in any case', async () => {
      await call('POST', 'users', { email: 'twice@example.test', password: PASSWORD, name: 'A' });
      expect(
        (
          await call('POST', 'users', {
            email: 'TWICE@example.test',
            password: PASSWORD,
            name: 'B',
          })
        ).body.code,
      ).toBe('conflict');
      const { rows } = await harness.sql.query(
        `SELECT count(*)::int AS n FROM account WHERE name = 'B'`,
      );
      expect(rows[0].n).toBe(0);
    });

    it('never leaves the installation without an admin', async () => {
      for (const body of [{ role: 'user' }, { active: false }])
        expect((await call('PATCH', `users/${admin.id}`, body)).body.code).toBe('conflict');
      expect((await call('DELETE', `users/${admin.id}`)).body.code).toBe('conflict');
    });

    it('suspends a deleted user and revokes the keys', async () => {
      const person = await harness.person();
      const key = await harness.call('POST', '/api/keys', { as: person, body: { label: 'x' } });
      expect((await call('DELETE', `users/${person.id}`)).status).toBe(204);
      const { rows } = await harness.sql.query(
        'SELECT revoked_at <= now() AS revoked FROM api_key WHERE id = $1',
        [key.body.id],
      );
      expect(rows[0].revoked).toBe(true);
      expect((await call('GET', `users/${person.id}`)).body.active).toBe(false);
    });

    it('sets budgets: absent stays, null lifts, 0 blocks', async () => {
      const person = await harness.person();
      const put = (body: unknown) => call('PUT', `users/${person.id}/budget`, body);
      expect((await put({ daily_limit: 100, monthly_limit: 0 })).body).toMatchObject({
        daily_limit: 100,
        monthly_limit: 0,
        total_limit: null,
      });
      expect((await put({ daily_limit: null })).body).toMatchObject({
        daily_limit: null,
        monthly_limit: 0,
      });
      expect((await put({ budget_type: 'onetime', total_limit: 5 })).body).toMatchObject({
        budget_type: 'onetime',
        monthly_limit: null,
        total_limit: 5,
      });
      expect((await harness.call('GET', '/user/api/budget', { as: person })).body).toMatchObject({
        total_limit: 5,
      });
      for (const bad of [
        { daily_limit: -1 },
        { daily_limit: 1.5 },
        { daily_limit: '5' },
        { weekly_limit: 5 },
      ])
        expect((await put(bad)).status).toBe(422);
    });

    it('grants credit that the account sees at once, and keeps the books', async () => {
      const person = await harness.person();
      const live = harness.connect(person.token);
      await eventually(() => expect(live.named('welcome')).toHaveLength(1));
      const granted = await call('POST', `accounts/${person.account}/credits`, {
        amount: '12.345678901',
        note: 'hello',
      });
      expect([granted.status, granted.body.balance]).toEqual([201, '12.345678901']);
      await eventually(() =>
        expect(live.named('balance.updated')[0]?.data).toMatchObject({
          balance: '12.345678901',
          available: '12.345678901',
        }),
      );
      expect((await harness.call('GET', '/api/ledger', { as: person })).body.items).toEqual([
        expect.objectContaining({
          seq: 1,
          amount: '12.345678901',
          what: 'grant',
          note: 'hello',
          balance_after: '12.345678901',
        }),
      ]);
      for (const amount of ['0', '-1', '1e3', '1.0000000001', 'NaN', 5])
        expect(
          (await call('POST', `accounts/${person.account}/credits`, { amount })).status,
          String(amount),
        ).toBe(422);
      expect((await call('POST', `accounts/${admin.id}/credits`, { amount: '1' })).status).toBe(
        404,
      );
      expect(await verifyBooks(harness.database.url)).toEqual([]);
    });
  });

  describe('the catalogue', () => {
    it('keeps a provider’s credential sealed for its row and never shows it', async () => {
      const secret = 'sk-vendor-canary-1234';
      const { status, body } = await call('POST', 'providers', {
        slug: 'acme',
        name: 'Acme',
        kind: 'openai',
        base_url: 'https://api.acme.test/v1',
        credential: secret,
        cost_factor: '1.5',
      });
      expect(status).toBe(201);
      expect(providerView.parse(body)).toMatchObject({
        credential_hint: '1234',
        cost_factor: '1.5',
        enabled: true,
      });
      const stored = await harness.sql.query('SELECT credential FROM provider WHERE id = $1', [
        body.id,
      ]);
      expect(
        new CredentialBox([Buffer.alloc(32, 7)]).open(stored.rows[0].credential, body.id),
      ).toBe(secret);
      await call('PATCH', `providers/${body.id}`, {
        credential: 'sk-vendor-canary-5678',
        enabled: false,
      });
      const seen = JSON.stringify([
        (await call('GET', 'providers')).body,
        (await call('GET', `providers/${body.id}`)).body,
      ]);
      const logged = JSON.stringify(
        (await harness.sql.query('SELECT before, after FROM audit_entry')).rows,
      );
      expect(seen + logged).not.toContain('canary');
      expect(seen).toContain('5678');
      for (const base_url of [
        'file:///etc/passwd',
        'https://user:pw@acme.test/',
        'gopher://x',
        'nonsense',
      ])
        expect((await call('PATCH', `providers/${body.id}`, { base_url })).status, base_url).toBe(
          422,
        );
      for (const cost_factor of ['0', '0.001', '101', '-1', '1.00001'])
        expect((await call('PATCH', `providers/${body.id}`, { cost_factor })).status).toBe(422);
    });

    it('adds a model with an endpoint and a price that users then see', async () => {
      const provider = (
        await call('POST', 'providers', {
          slug: 'two',
          name: 'Two',
          kind: 'openai',
          base_url: 'http://127.0.0.1:1/v1',
        })
      ).body.id;
      const model = await call('POST', 'models', {
        id: 'two/big',
        context_tokens: 1000,
        output_tokens_max: 100,
      });
      expect(modelView.parse(model.body)).toMatchObject({
        name: 'two/big',
        price: null,
        endpoints: 0,
      });
      const endpoint = await call('POST', 'endpoints', {
        provider,
        model: 'two/big',
        upstream_model: 'big',
      });
      expect(endpointView.parse(endpoint.body)).toMatchObject({
        provider_slug: 'two',
        priority: 100,
        weight: 100,
      });
      expect(
        (await call('POST', 'endpoints', { provider, model: 'none', upstream_model: 'x' })).status,
      ).toBe(422);
      expect(
        (await call('POST', 'endpoints', { provider, model: 'two/big', upstream_model: 'big' }))
          .status,
      ).toBe(409);
      const price = await call('POST', 'prices', {
        model: 'two/big',
        input: '0',
        output: '10.00',
        confirm_zero: true,
      });
      expect(priceView.parse(price.body)).toMatchObject({
        input: '0',
        output: '10',
        source: 'manual',
      });
      const listed = (
        await harness.call('GET', '/api/models', { as: await harness.person() })
      ).body.items.find((one: { id: string }) => one.id === 'two/big');
      expect(listed).toMatchObject({
        price: { version: price.body.version, output: '10' },
        endpoints: 1,
      });
      await call('PATCH', `models/${encodeURIComponent('two/big')}`, { enabled: false });
      expect(
        JSON.stringify((await harness.call('GET', '/api/models', { as: admin })).body),
      ).not.toContain('two/big');
      expect((await call('DELETE', `models/${encodeURIComponent('two/big')}`)).status).toBe(204);
      expect((await call('GET', `endpoints/${endpoint.body.id}`)).status).toBe(404);
    });

    it('never changes a price: each is a new version, none begins in the past, none is free by accident', async () => {
      await call('POST', 'models', { id: 'priced' });
      const add = (body: object) =>
        call('POST', 'prices', { model: 'priced', input: '1', output: '2', ...body });
      const first = (await add({})).body;
      const second = (await add({ input: '3', reason: 'dearer' })).body;
      expect(BigInt(second.version)).toBeGreaterThan(BigInt(first.version));
      expect(
        (await call('GET', 'prices?model=priced')).body.items.map(
          (one: { version: string }) => one.version,
        ),
      ).toEqual([second.version, first.version]);
      for (const bad of [
        { input: '-1' },
        { input: '1e308' },
        { input: 'NaN' },
        { output: 2 },
        { input: '0', output: '0' },
        { input: '0' },
        { output: '0' },
        { cache_read: '0' },
        { cache_write_1h: '0' },
        { valid_from: '2020-01-01T00:00:00Z' },
        { model: 'none' },
        { endpoint: first.id ?? '0199d6b2-0000-7000-8000-000000000001' },
      ])
        expect((await add(bad)).status, JSON.stringify(bad)).toBe(422);
      expect((await add({ input: '0', output: '0', confirm_zero: true })).status).toBe(201);
      expect((await audited('price.create')).after).toMatchObject({ confirm_zero: true });
      expect((await add({ request: '0' })).status).toBe(201);
      const long = { above_tokens: 200_000, input: '2', output: '3' };
      expect((await add({ tiers: [long, { ...long, input: '4' }] })).status).toBe(422);
      expect((await add({ tiers: [{ ...long, output: '0' }] })).status).toBe(422);
      const tiered = (await add({ tiers: [{ ...long, above_tokens: 300_000 }, long] })).body;
      expect(priceView.parse(tiered).tiers).toMatchObject([
        { above_tokens: 200_000, input: '2', output: '3', cache_read: null },
        { above_tokens: 300_000 },
      ]);
      await call('POST', 'models', { id: 'embeds', kind: 'embeddings' });
      expect((await add({ model: 'embeds', output: '0' })).status).toBe(201);
      expect((await add({ model: 'embeds', input: '0', output: '0' })).body.detail).toContain(
        'makes input free',
      );
      await expect(
        harness.sql.query(`SET ROLE weir_app; UPDATE price SET input_nano = 0`),
      ).rejects.toThrow(/permission denied/);
    });

    it('keeps the token price’s history', async () => {
      expect((await call('POST', 'token-price', { eur_per_token: '0.00003' })).status).toBe(201);
      expect((await call('PUT', 'token-price', { eur_per_token: '0.00004' })).status).toBe(200);
      expect(
        (await call('GET', 'token-price')).body.items.map(
          (one: { eur_per_token: string }) => one.eur_per_token,
        ),
      ).toEqual(['0.00004', '0.00003']);
    });

    it('imports models and prices of a provider from the catalogue, as often as wanted', async () => {
      const { body: provider } = await call('POST', 'providers', {
        slug: 'groq',
        name: 'Groq',
        kind: 'openai',
        base_url: 'https://api.groq.com/openai/v1',
      });
      const load = (body: object) =>
        call('POST', 'catalogue/import', { provider: provider.id, ...body });
      const first = catalogueImport.parse((await load({})).body);
      expect(first).toMatchObject({ catalogue: 'groq', prices_unchanged: 0, prices_kept: 0 });
      expect(first.models_added).toBeGreaterThan(5);
      expect(first.prices_added).toBe(first.endpoints_added);
      expect((await load({})).body).toMatchObject({
        models_added: 0,
        endpoints_added: 0,
        prices_added: 0,
        prices_unchanged: first.prices_added,
      });
      expect(await audited('catalogue.import')).toMatchObject({
        target: `provider:${provider.id}`,
      });
      const listed = (await harness.call('GET', '/api/models?limit=1000', { as: admin })).body
        .items;
      expect(listed.filter((one: { price: unknown }) => one.price !== null).length).toBeGreaterThan(
        5,
      );
      expect((await load({ catalogue: 'nobody' })).body.detail).toContain('anthropic');
      expect((await load({ usd_rate: '2' })).status).toBe(422);
      expect((await load({ provider: admin.id })).status).toBe(422);
    });

    it('charges unpriced models only where a token price above 0 and its rate stand', async () => {
      const put = (policy: string) => call('PUT', 'unpriced-models', { policy });
      const state = async () => (await call('GET', 'unpriced-models')).body;
      expect(await state()).toEqual({ policy: 'block', price_per_million: null });
      expect((await put('token-price')).status).toBe(422);
      expect(
        (await call('POST', 'token-price', { eur_per_token: '0.00002', eur_rate: '0' })).status,
      ).toBe(422);
      await call('POST', 'token-price', { eur_per_token: '0', eur_rate: '1.1' });
      expect((await put('token-price')).body.detail).toContain('would be free');
      const stated = await call('POST', 'token-price', { eur_per_token: '0.00002' });
      expect(stated.body).toMatchObject({ eur_rate: '1.1' });
      expect((await put('free')).status).toBe(422);
      expect((await put('token-price')).body).toEqual({
        policy: 'token-price',
        price_per_million: '22',
      });
      expect(await state()).toMatchObject({ policy: 'token-price' });
      expect(await audited('unpriced_models.set')).toMatchObject({
        before: { policy: 'block' },
        after: { policy: 'token-price' },
      });
      const { rows } = await harness.sql.query(
        `SELECT value FROM setting WHERE name = 'unpriced_models'`,
      );
      expect(rows).toEqual([{ value: 'token-price' }]);
    });

    it('has exactly one default tier and keeps one that is used', async () => {
      const pro = await call('POST', 'tiers', {
        name: 'Pro',
        price_factor: '0.9',
        monthly_credit: '5',
        is_default: true,
      });
      expect(tierView.parse(pro.body)).toMatchObject({
        price_factor: '0.9',
        monthly_credit: '5',
        is_default: true,
      });
      const { items } = (await call('GET', 'tiers')).body;
      expect(items.filter((tier: { is_default: boolean }) => tier.is_default)).toHaveLength(1);
      expect((await call('PATCH', `tiers/${pro.body.id}`, { is_default: false })).status).toBe(409);
      const free = items.find((tier: { name: string }) => tier.name === 'Free');
      expect((await call('DELETE', `tiers/${free.id}`)).status).toBe(409);
      await call('PATCH', `tiers/${free.id}`, { is_default: true });
      expect((await call('DELETE', `tiers/${pro.body.id}`)).status).toBe(204);
    });
  });

  describe('expert templates', () => {
    it('are versioned, granted and revoked', async () => {
      const person = await harness.person();
      const { body } = await call('POST', 'templates', {
        name: 'expert one',
        definition: DEFINITION,
        cost_factor: '1.5',
      });
      expect(templateView.parse(body)).toMatchObject({ version: 1, grants: 0, cost_factor: '1.5' });
      expect(
        (await call('PATCH', `templates/${body.id}`, { description: 'better' })).body,
      ).toMatchObject({ version: 2, definition: DEFINITION });
      expect(
        (await call('POST', `templates/${body.id}/grants`, { account: person.account })).body.items,
      ).toHaveLength(1);
      expect(
        (
          await harness.call('POST', '/api/keys', {
            as: person,
            body: { label: 'with template', template: body.id },
          })
        ).status,
      ).toBe(201);
      expect((await call('DELETE', `templates/${body.id}/grants/${person.account}`)).status).toBe(
        204,
      );
      expect((await call('DELETE', `templates/${body.id}/grants/${person.account}`)).status).toBe(
        404,
      );
      expect(
        (await call('POST', 'templates', { name: 'empty', definition: { categories: {} } })).status,
      ).toBe(422);
    });

    it('travel as a file: merge skips names that exist, replace overwrites them, and a bad file changes nothing', async () => {
      const exported = (await call('GET', 'templates/export')).body;
      expect(exported).toMatchObject({
        type: 'expert_template',
        version: '1.0',
        items: [{ name: 'expert one', cost_factor: '1.5' }],
      });
      const items = [
        { ...exported.items[0], description: 'from the file' },
        { name: 'second', definition: DEFINITION },
      ];
      expect((await call('POST', 'templates/import', { ...exported, items })).body).toEqual({
        imported: 1,
        skipped: 1,
      });
      expect(
        (await call('POST', 'templates/import?mode=replace', { ...exported, items })).body,
      ).toEqual({ imported: 2, skipped: 0 });
      expect((await call('GET', 'templates')).body.items[0]).toMatchObject({
        name: 'expert one',
        description: 'from the file',
      });
      const bad = [
        { name: 'third', definition: DEFINITION },
        { name: 'fourth', definition: { categories: {} } },
      ];
      expect((await call('POST', 'templates/import', { ...exported, items: bad })).status).toBe(
        422,
      );
      expect(JSON.stringify((await call('GET', 'templates')).body)).not.toContain('third');
    });
  });

  it('writes announcements that run for a time and stay dismissed', async () => {
    const person = await harness.person();
    const { body } = await call('POST', 'announcements', {
      title: 'Maintenance',
      level: 'warning',
      ends_at: '2099-01-01T00:00:00Z',
    });
    await call('POST', 'announcements', { title: 'Later', starts_at: '2098-01-01T00:00:00Z' });
    const visible = async () =>
      (await harness.call('GET', '/api/announcements', { as: person })).body.items.map(
        (one: { title: string }) => one.title,
      );
    expect(await visible()).toEqual(['Maintenance']);
    expect(
      (await harness.call('POST', `/api/announcements/${body.id}/dismiss`, { as: person })).status,
    ).toBe(204);
    expect(await visible()).toEqual([]);
    expect(
      (
        await call('POST', 'announcements', {
          title: 'x',
          starts_at: '2099-01-01T00:00:00Z',
          ends_at: '2098-01-01T00:00:00Z',
        })
      ).status,
    ).toBe(422);
    expect((await call('DELETE', `announcements/${body.id}`)).status).toBe(204);
  });

  it('has an audit log that the application cannot change', async () => {
    await expect(harness.sql.query('SET ROLE weir_app; DELETE FROM audit_entry')).rejects.toThrow(
      /permission denied/,
    );
  });

  it('lets operators see health and order a kill, which reaches the gateways', async () => {
    const operator = await harness.person('operator');
    expect(
      (await harness.call('GET', '/api/operator/health', { as: operator })).body,
    ).toMatchObject({ settlement_failed: 0 });
    const client = await harness.sql.connect();
    const heard: string[] = [];
    client.on('notification', (message) => heard.push(message.payload ?? ''));
    await client.query('LISTEN weir_kill');
    const id = '0199d6b2-0000-7000-8000-00000000000a';
    const answer = await harness.call('POST', `/api/operator/requests/gen_${id}/kill`, {
      as: operator,
    });
    expect([answer.status, answer.body]).toEqual([202, { generation_id: `gen_${id}`, sent: true }]);
    await eventually(() => expect(heard).toEqual([JSON.stringify({ id })]));
    client.release();
    expect(
      (await harness.call('POST', '/api/operator/requests/nonsense/kill', { as: operator })).status,
    ).toBe(404);
  });
});
