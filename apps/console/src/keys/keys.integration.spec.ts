import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '@weir/test-kit';
import { createdKey, keyView, page } from '@weir/contracts';
import { digestApiKey, isApiKeyShaped } from '@weir/platform';
import { ConsoleHarness, type Person } from '../testing/console-harness.js';
import { Settlements } from '../testing/settled-requests.js';

const PEPPER = 'a pepper of the tests, at least 256 bit long';

describe('API keys', () => {
  let harness: ConsoleHarness;
  let person: Person;
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    person = await harness.person();
  });
  afterAll(() => harness.stop());

  const create = (body: object = {}) =>
    harness.call('POST', '/api/keys', { as: person, body: { label: 'a key', ...body } });

  it('shows the secret once and stores its digest alone', async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    createdKey.parse(body);
    expect(isApiKeyShaped(body.secret)).toBe(true);
    expect(body.prefix).toBe(body.secret.slice(0, 16));
    const { rows } = await harness.sql.query('SELECT * FROM api_key WHERE id = $1', [body.id]);
    expect(rows[0].digest).toBe(digestApiKey(body.secret, PEPPER));
    expect(JSON.stringify(rows)).not.toContain(body.secret);
    const everything = await harness.sql.query(
      'SELECT (SELECT jsonb_agg(l) FROM live_event l)::text || (SELECT jsonb_agg(a) FROM audit_entry a)::text AS text',
    );
    expect(everything.rows[0].text).not.toContain(body.secret);
    expect(
      (await harness.call('GET', `/api/keys/${body.id}`, { as: person })).body.secret,
    ).toBeUndefined();
  });

  it('keeps every setting, and its caps where the gateway looks for them', async () => {
    const settings = {
      label: 'everything',
      expires_at: '2099-01-01T00:00:00.000Z',
      routes: ['chat'],
      allowed_models: ['a', 'b'],
      region_pin: 'eu',
      ip_allow: ['10.0.0.0/8', '2001:db8::/32'],
      ip_deny: ['10.1.0.0/16'],
      requests_per_minute: 60,
      tokens_per_minute: 1000,
      concurrent_requests: 4,
      requests_5h: 10,
      requests_24h: 20,
      requests_7d: 30,
      spend_cap: '1.5',
      spend_cap_daily: '0.5',
      spend_cap_monthly: '0',
      prefer_low_carbon: true,
    };
    const { body } = await create(settings);
    expect(body).toMatchObject(settings);
    const { rows } = await harness.sql.query(
      'SELECT kind, cap FROM allowance_limit WHERE owner = $1 ORDER BY kind',
      [body.id],
    );
    expect(rows).toEqual([
      { kind: 4, cap: '1500000000' },
      { kind: 5, cap: '500000000' },
      { kind: 6, cap: '0' },
    ]);
    const changed = await harness.call('PATCH', `/api/keys/${body.id}`, {
      as: person,
      body: { enabled: false, spend_cap: null, requests_per_minute: null, label: 'renamed' },
    });
    expect(changed.body).toMatchObject({
      status: 'disabled',
      spend_cap: null,
      spend_cap_daily: '0.5',
      requests_per_minute: null,
      label: 'renamed',
      tokens_per_minute: 1000,
    });
  });

  it('tells gateways of every change', async () => {
    const client = await harness.sql.connect();
    const heard: string[] = [];
    client.on('notification', (message) => heard.push(message.payload ?? ''));
    await client.query('LISTEN weir_config');
    const { body } = await create();
    await harness.call('POST', `/api/keys/${body.id}/revoke`, { as: person });
    await client.query('SELECT 1');
    client.release();
    expect(heard.filter((payload) => payload.includes(body.id)).length).toBeGreaterThanOrEqual(2);
  });

  it('rotates: the successor has the same settings, the old key lives on for its grace', async () => {
    const old = (await create({ spend_cap: '3', requests_per_minute: 7 })).body;
    const successor = await harness.call('POST', `/api/keys/${old.id}/rotate`, {
      as: person,
      body: { grace_seconds: 60 },
    });
    expect(successor.status).toBe(201);
    expect(successor.body).toMatchObject({
      label: old.label,
      spend_cap: '3',
      requests_per_minute: 7,
      status: 'active',
    });
    expect(successor.body.secret).not.toBe(old.secret);
    const before = (await harness.call('GET', `/api/keys/${old.id}`, { as: person })).body;
    expect(before).toMatchObject({ status: 'active', successor: successor.body.id });
    expect(Date.parse(before.revoked_at) - Date.now()).toBeGreaterThan(50_000);
    const at_once = await harness.call('POST', `/api/keys/${successor.body.id}/rotate`, {
      as: person,
    });
    expect(at_once.status).toBe(201);
    expect(
      (await harness.call('GET', `/api/keys/${successor.body.id}`, { as: person })).body.status,
    ).toBe('revoked');
  });

  it('revokes for good: nothing brings a revoked key back', async () => {
    const { body } = await create();
    expect(
      (await harness.call('POST', `/api/keys/${body.id}/revoke`, { as: person })).body.status,
    ).toBe('revoked');
    for (const [method, path] of [
      ['PATCH', ''],
      ['POST', '/rotate'],
    ] as const) {
      const answer = await harness.call(method, `/api/keys/${body.id}${path}`, {
        as: person,
        body: method === 'PATCH' ? { enabled: true } : {},
      });
      expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
    }
  });

  it('hides a deleted key and keeps its history', async () => {
    const { body } = await create();
    await new Settlements(harness.sql).settle({ account: person.account, key: body.id });
    expect((await harness.call('DELETE', `/api/keys/${body.id}`, { as: person })).status).toBe(204);
    expect((await harness.call('GET', `/api/keys/${body.id}`, { as: person })).status).toBe(404);
    expect(
      (await harness.call('GET', `/api/requests?key=${body.id}`, { as: person })).body.items,
    ).toHaveLength(1);
  });

  it.each([
    ['an expiry in the past', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['an address that is none', { ip_allow: ['10.0.0.0/8', 'localhost'] }, 'ip_allow.1'],
    [
      'a template that is not granted',
      { template: '0199d6b2-0000-7000-8000-000000000001' },
      'template',
    ],
    ['a negative cap', { spend_cap: '-1' }, 'spend_cap'],
    ['a cap as a number', { spend_cap: 1 }, 'spend_cap'],
    ['no route at all', { routes: [] }, 'routes'],
    ['a label of blanks', { label: '   ' }, 'label'],
  ])('refuses %s', async (_, body, path) => {
    const answer = await create(body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  it('only narrows what the tier allows', async () => {
    const admin = await harness.person('admin');
    const tier = await harness.call('POST', '/api/admin/tiers', {
      as: admin,
      body: { name: 'narrow', allowed_models: ['sandbox/chat-small'] },
    });
    await harness.call('PATCH', `/api/admin/users/${person.id}`, {
      as: admin,
      body: { tier: tier.body.id },
    });
    expect((await create({ allowed_models: ['sandbox/chat-small', 'gpt-dear'] })).status).toBe(422);
    expect((await create({ allowed_models: ['sandbox/chat-small'] })).status).toBe(201);
  });

  it('counts what each key did, and touches only the key that was used', async () => {
    const [used, idle] = [(await create()).body, (await create()).body];
    const settlements = new Settlements(harness.sql);
    const mine = { account: person.account, key: used.id };
    await settlements.settle(mine, {
      ...mine,
      status: 'upstream_unavailable',
      http_status: 502,
      cost_nano: '0',
      tokens: '0',
      model: 'other',
    });
    const { statistics, ...key } = (
      await harness.call('GET', `/api/keys/${used.id}`, { as: person })
    ).body;
    expect(key.last_used_ip).toBe('203.0.113.7');
    expect(statistics).toEqual({
      requests: 2,
      errors: 1,
      tokens: 150,
      cost: '0.000045',
      last_7_days: [0, 0, 0, 0, 0, 0, 2],
      models: ['other', 'sandbox/chat-small'],
      spent_today: '0.000045',
      spent_this_month: '0.000045',
    });
    const other = (await harness.call('GET', `/api/keys/${idle.id}`, { as: person })).body;
    expect(other).toMatchObject({ last_used_at: null, statistics: { requests: 0 } });
  });

  it('lists newest first in pages that overlap nowhere', async () => {
    const owner = await harness.person();
    const made: string[] = [];
    for (let i = 0; i < 7; i += 1)
      made.unshift(
        (await harness.call('POST', '/api/keys', { as: owner, body: { label: `k${i}` } })).body.id,
      );
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await harness.call(
        'GET',
        `/api/keys?limit=3${cursor && `&cursor=${cursor}`}`,
        { as: owner },
      );
      page(keyView).parse(body);
      seen.push(...body.items.map((key: { id: string }) => key.id));
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(made);
  });
});
