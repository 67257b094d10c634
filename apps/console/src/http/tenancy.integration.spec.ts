import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '@weir/test-kit';
import { ConsoleHarness, type Person } from '../testing/console-harness.js';
import { Settlements } from '../testing/settled-requests.js';

/**
 * Each route that a user may call × each id of another account: as if it did not exist. The routes come from the
 * API's description, so a new one is in the matrix without anybody remembering it.
 */
describe('an account never reaches another one’s records', () => {
  let harness: ConsoleHarness;
  let owner: Person;
  let stranger: Person;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    owner = await harness.person();
    stranger = await harness.person();
    const key = await harness.call('POST', '/api/keys', {
      as: owner,
      body: { label: 'the owner’s secret label' },
    });
    ids.set('key', key.body.id);
    const [request = ''] = await new Settlements(harness.sql).settle({
      account: owner.account,
      key: key.body.id,
      user_agent: 'owner agent',
    });
    ids.set('request', `gen_${request}`);
    await harness.call('PUT', `/user/api/usage/gen_${request}/note`, {
      as: owner,
      body: { note: 'the owner’s private note' },
    });
    const notification = randomUUID();
    await harness.money.notificationCreate({
      id: notification,
      account: owner.account,
      kind: 'test',
      title: 'the owner’s notification',
      body: '',
      data: {},
      dedupe: 'x',
    });
    ids.set('notification', notification);
    ids.set('account', owner.account);
    ids.set('user', owner.id);
  });
  afterAll(() => harness.stop());

  it('answers 404 on every route with an id, for every id, whatever the method', async () => {
    const document = (await harness.call('GET', '/api/openapi.json')).body;
    let tried = 0;
    for (const [path, operations] of Object.entries<object>(document.paths)) {
      if (!path.includes('{') || path.startsWith('/api/admin') || path.startsWith('/api/operator'))
        continue;
      for (const method of Object.keys(operations)) {
        for (const [kind, id] of ids) {
          const url = path.replace(/\{[a-z_]+\}/g, id);
          const body = bodyFor(method, path);
          const answer = await harness.call(method.toUpperCase(), url, { as: stranger, ...body });
          expect(
            answer.status,
            `${method} ${path} with the ${kind}’s id: ${JSON.stringify(answer.body)}`,
          ).toBe(404);
          tried += 1;
        }
      }
    }
    expect(tried).toBeGreaterThanOrEqual(45);
  });

  it('lists nothing of the owner to a stranger', async () => {
    for (const path of [
      '/api/keys',
      '/api/requests',
      '/api/ledger',
      '/api/notifications',
      '/api/usage/models',
      '/api/usage/keys',
      '/api/usage/summary',
      '/api/balance',
    ]) {
      const answer = await harness.call('GET', path, { as: stranger });
      expect(answer.status).toBe(200);
      const text = JSON.stringify(answer.body);
      for (const id of ids.values()) expect(text, path).not.toContain(id);
      expect(text, path).not.toContain('owner');
    }
  });

  it('does not let a filter reach across', async () => {
    for (const query of [
      `key=${ids.get('key')}`,
      `q=${ids.get('request')}`,
      'q=owner',
      'q=%25%25%25',
      'scope=own&q=agent',
    ])
      expect(
        (await harness.call('GET', `/api/requests?${query}`, { as: stranger })).body.items,
        query,
      ).toEqual([]);
    expect((await harness.call('GET', `/api/requests?scope=all`, { as: stranger })).status).toBe(
      403,
    );
    expect(
      (await harness.call('GET', `/api/usage/summary?key=${ids.get('key')}`, { as: stranger })).body
        .requests,
    ).toBe(0);
  });

  it('marks only its own notifications read, also in bulk', async () => {
    await harness.call('POST', '/api/notifications/read', {
      as: stranger,
      body: { ids: [ids.get('notification')] },
    });
    await harness.call('POST', '/api/notifications/read', { as: stranger, body: { all: true } });
    expect((await harness.call('GET', '/api/notifications', { as: owner })).body.unread).toBe(1);
  });

  it('shows a note to its author alone, not even to operators', async () => {
    const path = `/api/requests/${ids.get('request')}`;
    expect((await harness.call('GET', path, { as: owner })).body.note).toBe(
      'the owner’s private note',
    );
    const operator = await harness.person('operator');
    const seen = await harness.call('GET', path, { as: operator });
    expect(seen.status).toBe(200);
    expect(seen.body.note).toBeUndefined();
    const all = await harness.call('GET', '/api/requests?scope=all', { as: operator });
    expect(all.body.items).toHaveLength(1);
    expect(JSON.stringify(all.body)).not.toContain('private note');
  });

  it('still has everything for the owner afterwards', async () => {
    expect(
      (await harness.call('GET', `/api/keys/${ids.get('key')}`, { as: owner })).body,
    ).toMatchObject({ status: 'active' });
    expect(
      (await harness.call('GET', `/api/requests/${ids.get('request')}`, { as: owner })).status,
    ).toBe(200);
  });
});

/** A body that the route would take from its owner, so that only the id can be the reason of a refusal. */
function bodyFor(method: string, path: string): { body?: unknown } {
  if (path.endsWith('/note') && method === 'put') return { body: { note: 'taken over' } };
  if (path.endsWith('/rotate')) return { body: { grace_seconds: 0 } };
  if (method === 'patch') return { body: { label: 'taken over' } };
  return {};
}
