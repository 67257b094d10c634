import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleHarness, type Person } from '../testing/console-harness.js';

describe('the console', () => {
  let harness: ConsoleHarness;
  let person: Person;
  beforeAll(async () => {
    harness = await ConsoleHarness.start();
    person = await harness.person();
  });
  afterAll(() => harness.stop());

  it('answers who is signed in', async () => {
    const answer = await harness.call('GET', '/api/me', { as: person });
    expect(answer.body).toMatchObject({ email: person.email, role: 'user', account: { id: person.account, currency: 'USD' } });
    for (const path of ['/api/balance','/api/ledger','/api/keys','/api/requests','/api/usage/summary','/api/usage/daily?tz=Europe/Berlin','/api/usage/models','/api/usage/keys','/user/api/budget','/user/alerts','/api/models','/api/notifications','/api/announcements','/healthz','/readyz','/api/openapi.json', '/api/nope', '/'])
      { const a = await harness.call('GET', path, { as: person }); console.log(path, a.status, JSON.stringify(a.body).slice(0, 300)); }
    const k = await harness.call('POST', '/api/keys', { as: person, body: { label: 'x', spend_cap: '1.5', ip_allow: ['10.0.0.1'] } });
    console.log(k.status, JSON.stringify(k.body));
    const r = await harness.call('POST', `/api/keys/${k.body.id}/rotate`, { as: person, body: { grace_seconds: 60 } });
    console.log(r.status, JSON.stringify(r.body));
  });
});
