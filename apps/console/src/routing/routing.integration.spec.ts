import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routingView } from '@weir/contracts';
import { startTestDatabase } from '@weir/test-kit';
import { ConsoleHarness, type Person } from '../testing/console-harness.js';

const NO_WISH = {
  policy: null,
  provider: null,
  region: null,
  fallback: null,
  prefer_low_carbon: null,
};

describe('routing of an account and its keys', () => {
  let harness: ConsoleHarness;
  let person: Person;
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    person = await harness.person();
  });
  afterAll(() => harness.stop());

  const put = (body: object, as = person) => harness.call('PUT', '/api/routing', { as, body });

  it('has no wish at first, keeps what is set, and forgets what is set to null', async () => {
    const before = await harness.call('GET', '/api/routing', { as: person });
    expect(before.body).toEqual(NO_WISH);
    const set = await put({ policy: 'prefer-region', region: 'eu', fallback: true });
    expect(set.status).toBe(200);
    expect(routingView.parse(set.body)).toEqual({
      ...NO_WISH,
      policy: 'prefer-region',
      region: 'eu',
      fallback: true,
    });
    expect((await harness.call('GET', '/api/routing', { as: person })).body).toEqual(set.body);
    expect((await put({})).body).toEqual(NO_WISH);
  });

  it('is each account’s own', async () => {
    await put({ policy: 'prefer-cheapest' });
    const stranger = await harness.person();
    expect((await harness.call('GET', '/api/routing', { as: stranger })).body).toEqual(NO_WISH);
  });

  it.each([
    [{ policy: 'prefer-region' }, 'region'],
    [{ policy: 'fixed-provider', region: 'eu' }, 'provider'],
    [{ policy: 'cheapest' }, 'policy'],
    [{ fallback: 'yes' }, 'fallback'],
  ])('refuses %j, naming the member', async (body, path) => {
    for (const [answer, prefix] of [
      [await put(body), ''],
      [
        await harness.call('POST', '/api/keys', {
          as: person,
          body: { label: 'k', routing: body },
        }),
        'routing.',
      ],
    ] as const) {
      expect(answer.status).toBe(422);
      expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(
        `${prefix}${path}`,
      );
    }
  });

  it('refuses a member that it does not know', async () => {
    expect((await put({ prefer: 'cheap' })).status).toBe(422);
  });

  it('tells gateways of a change and writes it into the audit log', async () => {
    const client = await harness.sql.connect();
    const heard: string[] = [];
    client.on('notification', (message) => heard.push(message.payload ?? ''));
    await client.query('LISTEN weir_config');
    await put({ policy: 'prefer-fastest' });
    await put({ policy: 'prefer-low-carbon' });
    await client.query('SELECT 1');
    client.release();
    expect(heard.filter((payload) => payload.includes(person.account))).toHaveLength(2);
    const { rows } = await harness.sql.query(
      "SELECT before, after FROM audit_entry WHERE action = 'routing.update' ORDER BY id DESC LIMIT 1",
    );
    expect(rows[0]).toMatchObject({
      before: { policy: 'prefer-fastest' },
      after: { policy: 'prefer-low-carbon' },
    });
  });

  it('keeps the names of pseudo-models for itself', async () => {
    const admin = await harness.person('admin');
    const answer = await harness.call('POST', '/api/admin/models', {
      as: admin,
      body: { id: 'weir/auto' },
    });
    expect(answer.status).toBe(422);
  });

  it('keeps a key’s routing, copies it to its successor, and takes it away', async () => {
    const routing = { policy: 'fixed-provider', provider: 'p', fallback: false };
    const { body } = await harness.call('POST', '/api/keys', {
      as: person,
      body: { label: 'routed', routing },
    });
    expect(body.routing).toEqual(routing);
    const successor = await harness.call('POST', `/api/keys/${body.id}/rotate`, { as: person });
    expect(successor.body.routing).toEqual(routing);
    const without = await harness.call('PATCH', `/api/keys/${successor.body.id}`, {
      as: person,
      body: { routing: null },
    });
    expect(without.body.routing).toBeNull();
  });
});
