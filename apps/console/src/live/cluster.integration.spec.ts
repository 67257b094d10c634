import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestDatabase, testRedisUrl } from '@weir/test-kit';
import { ConsoleHarness } from '../testing/console-harness.js';
import { Settlements } from '../testing/settled-requests.js';

const redisUrl = testRedisUrl();

/** Two consoles behind one load balancer: on one database, and Redis for what no table carries. */
describe.runIf(redisUrl !== undefined)('two consoles', () => {
  let first: ConsoleHarness;
  let second: ConsoleHarness;
  beforeAll(async () => {
    const database = await startTestDatabase();
    const settings = { redisUrl: redisUrl ?? null };
    first = await ConsoleHarness.start(database, settings);
    second = await ConsoleHarness.start(database, settings);
  });
  afterAll(async () => {
    await second.close();
    await first.stop();
  });

  it('tell each socket of its account’s events exactly once, whichever console it is on', async () => {
    const person = await first.person();
    const key = await first.call('POST', '/api/keys', { as: person, body: { label: 'x' } });
    const sockets = [first.connect(person.token), second.connect(person.token)];
    for (const socket of sockets)
      await eventually(() => expect(socket.named('welcome')).toHaveLength(1));
    const seq: number = sockets[0]!.named('welcome')[0].seq;
    const settlements = new Settlements(first.sql);
    for (let i = 0; i < 3; i += 1)
      await settlements.settle({ account: person.account, key: key.body.id });
    const expected = Array.from({ length: 9 }, (_, i) => seq + 1 + i);
    for (const socket of sockets) await eventually(() => expect(socket.seqs).toEqual(expected));
  });

  it('show an announcement made on one to the sockets of both, once', async () => {
    const admin = await first.person('admin');
    const sockets = [first.connect(admin.token), second.connect(admin.token)];
    for (const socket of sockets)
      await eventually(() => expect(socket.named('welcome')).toHaveLength(1));
    await first.call('POST', '/api/admin/announcements', { as: admin, body: { title: 'Both' } });
    await first.call('POST', '/api/admin/announcements', { as: admin, body: { title: 'Last' } });
    for (const socket of sockets)
      await eventually(() =>
        expect(socket.named('announcement').map(({ announcement }) => announcement.title)).toEqual([
          'Both',
          'Last',
        ]),
      );
  });
});
