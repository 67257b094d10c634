import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestDatabase } from '@weir/test-kit';
import {
  ConsoleHarness,
  PASSWORD,
  type LiveRecorder,
  type Person,
} from '../testing/console-harness.js';
import { Settlements } from '../testing/settled-requests.js';

const NAMESPACE_ROUTES = ['join', 'subscribe', 'room', 'account', 'auth'];

describe('live events', () => {
  let harness: ConsoleHarness;
  let settlements: Settlements;
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    settlements = new Settlements(harness.sql);
  });
  afterAll(() => harness.stop());

  const personWithKey = async (): Promise<Person & { key: string }> => {
    const person = await harness.person();
    const key = await harness.call('POST', '/api/keys', {
      as: person,
      body: { label: 'live key' },
    });
    return { ...person, key: key.body.id };
  };
  const welcomed = async (
    recorder: LiveRecorder,
  ): Promise<{ account: string; role: string; seq: number }> => {
    await eventually(() => expect(recorder.named('welcome')).toHaveLength(1));
    expect(recorder.heard[0]?.name).toBe('welcome');
    return recorder.named('welcome')[0];
  };
  const seqOf = async (person: Person): Promise<number> =>
    (await harness.call('GET', '/api/balance', { as: person })).body.seq;

  it('greets with account, role and seq, then tells of a settled request, the balance and the budget in order', async () => {
    const person = await personWithKey();
    await harness.money.credit({
      account: person.account,
      amountNano: 2_000_000_000n,
      what: 'grant',
      ref: person.id,
    });
    const before = await seqOf(person);
    const live = harness.connect(person.token);
    expect(await welcomed(live)).toMatchObject({
      account: person.account,
      role: 'user',
      seq: before,
    });
    const [id] = await settlements.settle({ account: person.account, key: person.key });
    await eventually(() => expect(live.seqs).toEqual([before + 1, before + 2, before + 3]));
    expect(live.named('request.completed')[0]).toMatchObject({
      v: 1,
      account: person.account,
      data: {
        rows: [
          {
            generation_id: `gen_${id}`,
            cost: '0.000045',
            key: { id: person.key, label: 'live key' },
          },
        ],
      },
    });
    const { data } = live.named('balance.updated')[0];
    const byRest = (await harness.call('GET', '/api/balance', { as: person })).body;
    expect(data).toEqual({ ...byRest, seq: before + 2 });
    const budget = live.named('budget.updated')[0].data;
    const { server_time_iso: _then, ...budgetNow } = (
      await harness.call('GET', '/user/api/budget', { as: person })
    ).body;
    expect(budget).toMatchObject(budgetNow);
  });

  it('tells an account nothing of another one', async () => {
    const [a, b] = [await personWithKey(), await personWithKey()];
    const liveB = harness.connect(b.token);
    const liveA = harness.connect(a.token);
    await welcomed(liveA);
    await welcomed(liveB);
    await settlements.settle({ account: a.account, key: a.key });
    await eventually(() => expect(liveA.named('request.completed')).toHaveLength(1));
    await settlements.settle({ account: b.account, key: b.key });
    await eventually(() => expect(liveB.named('request.completed')).toHaveLength(1));
    expect(JSON.stringify(liveB.heard)).not.toContain(a.account);
    expect(JSON.stringify(liveA.heard)).not.toContain(b.account);
  });

  it('replays what was missed, without gap or repetition, and goes on', async () => {
    const person = await personWithKey();
    const first = harness.connect(person.token);
    const { seq } = await welcomed(first);
    await settlements.settle({ account: person.account, key: person.key });
    await eventually(() => expect(first.seqs.at(-1)).toBe(seq + 3));
    first.socket.disconnect();
    for (let i = 0; i < 5; i += 1)
      await settlements.settle({ account: person.account, key: person.key });
    const second = harness.connect(person.token, seq + 3);
    await welcomed(second);
    await settlements.settle({ account: person.account, key: person.key });
    const expected = Array.from({ length: 18 }, (_, i) => seq + 4 + i);
    await eventually(() => expect(second.seqs).toEqual(expected));
    expect(second.named('snapshot')).toEqual([]);
  });

  it('loses nothing when sockets join while requests settle', async () => {
    const person = await personWithKey();
    const start = await seqOf(person);
    let settled = 0;
    const settling = (async () => {
      for (; settled < 30; settled += 1)
        await settlements.settle({ account: person.account, key: person.key });
    })();
    const recorders: { since: number; live: LiveRecorder }[] = [];
    for (let i = 0; i < 8; i += 1) {
      await eventually(() => expect(settled).toBeGreaterThan(i * 3));
      const since = start + i;
      if (since > 0) recorders.push({ since, live: harness.connect(person.token, since) });
    }
    await settling;
    const last = await seqOf(person);
    for (const { since, live } of recorders)
      await eventually(() =>
        expect(live.seqs).toEqual(Array.from({ length: last - since }, (_, i) => since + 1 + i)),
      );
    for (const { live } of recorders) live.socket.disconnect();
  });

  it('asks for a reload by REST when too much was missed, or when the client is ahead of the database', async () => {
    const person = await personWithKey();
    await harness.sql.query(
      `INSERT INTO live_event (account, seq, type, payload) SELECT $1, g, 'key.changed', '{}' FROM generate_series(100, 1500) g`,
      [person.account],
    );
    await harness.sql.query('UPDATE account SET event_seq = 1500 WHERE id = $1', [person.account]);
    for (const since of [2, 400, 99_999]) {
      const live = harness.connect(person.token, since);
      await welcomed(live);
      await eventually(() => expect(live.named('snapshot')).toEqual([{ v: 1, seq: 1500 }]));
      expect(live.seqs).toEqual([]);
    }
    const live = harness.connect(person.token, 1_490);
    await welcomed(live);
    await eventually(() =>
      expect(live.seqs).toEqual(Array.from({ length: 10 }, (_, i) => 1_491 + i)),
    );
  });

  it('finds events whose NOTIFY was lost', async () => {
    const person = await personWithKey();
    const live = harness.connect(person.token);
    const { seq } = await welcomed(live);
    await harness.sql.query(
      `WITH a AS (UPDATE account SET event_seq = event_seq + 1 WHERE id = $1 RETURNING event_seq)
      INSERT INTO live_event (account, seq, type, payload) SELECT $1, event_seq, 'key.changed', '{"id":"quiet"}' FROM a`,
      [person.account],
    );
    await eventually(() => expect(live.seqs).toEqual([seq + 1]), 4_000);
  });

  it('tells of a changed key', async () => {
    const person = await personWithKey();
    const live = harness.connect(person.token);
    await welcomed(live);
    await harness.call('POST', `/api/keys/${person.key}/revoke`, { as: person });
    await eventually(() =>
      expect(live.named('key.changed')[0]?.data).toMatchObject({
        id: person.key,
        status: 'revoked',
      }),
    );
  });

  describe('for operators', () => {
    it('shows settled rows of everybody with their owner, and none to users', async () => {
      const operator = harness.connect((await harness.person('operator')).token);
      const user = await personWithKey();
      const onlooker = harness.connect((await harness.person()).token);
      await welcomed(operator);
      await welcomed(onlooker);
      const [id] = await settlements.settle({ account: user.account, key: user.key });
      await eventually(() =>
        expect(operator.named('feed.rows').flatMap((batch) => batch.rows)).toEqual([
          expect.objectContaining({
            generation_id: `gen_${id}`,
            account: user.account,
            user: user.email,
          }),
        ]),
      );
      expect(operator.named('request.completed')).toEqual([]);
      expect(onlooker.heard.map(({ name }) => name)).toEqual(['welcome']);
    });

    it('shows what runs, the second’s figures and the holds; users see their own alone', async () => {
      const [a, b] = [await harness.person(), await harness.person()];
      const operator = harness.connect((await harness.person('operator')).token);
      const liveA = harness.connect(a.token);
      const liveB = harness.connect(b.token);
      for (const live of [operator, liveA, liveB]) await welcomed(live);
      const row = (account: string, generation: string) => ({
        generation_id: generation,
        account,
        key: { id: 'k', label: 'l', prefix: 'p' },
        endpoint: '/v1/chat/completions',
        model: 'm',
        provider: 'sandbox',
        mode: 'native',
        template: null,
        streamed: true,
        accepted_at: new Date().toISOString(),
        elapsed_ms: 10,
        output_tokens: 1,
        cost: '0.1',
        held: '0.5',
        client_ip: null,
      });
      const tick = {
        at: new Date().toISOString(),
        requests: 2,
        ok: 1,
        client_errors: 1,
        server_errors: 0,
        tokens: 30,
        ttft_p50_ms: 100,
        ttft_p95_ms: 200,
        spend_per_minute: '0.25',
        in_flight: 1,
        by_provider: [{ provider: 'sandbox', requests: 2, errors: 0 }],
      };
      const beat = (account: string, generation: string) =>
        harness.sql.query(
          `INSERT INTO gateway_pulse VALUES (gen_random_uuid(), now(), $1, $2, $3)`,
          [
            JSON.stringify([row(account, generation)]),
            JSON.stringify(tick),
            JSON.stringify({ [account]: '500000000' }),
          ],
        );
      await beat(a.account, 'gen_a');
      await beat(b.account, 'gen_b');
      await eventually(() => {
        expect(
          operator
            .named('inflight.updated')
            .at(-1)
            ?.rows.map((one: { generation_id: string }) => one.generation_id)
            .sort(),
        ).toEqual(['gen_a', 'gen_b']);
        expect(operator.named('inflight.updated').at(-1)?.rows[0].user).toMatch(/@example\.test$/);
        expect(liveA.named('inflight.updated').at(-1)?.rows).toHaveLength(1);
        expect(liveB.named('inflight.updated').at(-1)?.rows[0].generation_id).toBe('gen_b');
        expect(operator.named('stats.tick').at(-1)).toMatchObject({
          v: 1,
          requests: 4,
          in_flight: 2,
          spend_per_minute: '0.5',
          ttft_p95_ms: 200,
        });
      }, 2_500);
      expect(liveA.named('stats.tick')).toEqual([]);
      const balance = await harness.call('GET', '/api/balance', { as: a });
      expect(balance.body).toMatchObject({ balance: '0', held: '0.5', available: '-0.5' });
      // A pulse that is not renewed no longer counts, and the rows go.
      await eventually(async () => {
        expect((await harness.call('GET', '/api/balance', { as: a })).body.held).toBe('0');
        expect(liveA.named('inflight.updated').at(-1)?.rows).toEqual([]);
      }, 6_000);
    });

    it('tells operators how gateways see their endpoints, the worst view of each', async () => {
      const person = await harness.person('operator');
      const operator = harness.connect(person.token);
      const user = harness.connect((await harness.person()).token);
      await welcomed(operator);
      await welcomed(user);
      const seen = {
        endpoint_id: '0199d6b2-0000-7000-8000-00000000000e',
        provider: 'p',
        model: 'm',
        region: 'eu',
        state: 'ok',
        retry_in_ms: null,
        error_rate: 0,
        p50_ms: 120,
        last_error: null,
      };
      const failing = {
        ...seen,
        state: 'unavailable',
        retry_in_ms: 4000,
        error_rate: 0.5,
        last_error: 'status_503',
      };
      const beat = (endpoint: object) =>
        harness.sql.query(
          `INSERT INTO gateway_pulse VALUES (gen_random_uuid(), now(), '[]', $1, '{}')`,
          [JSON.stringify({ endpoints: [endpoint] })],
        );
      await beat(seen);
      await beat(failing);
      await eventually(() => {
        expect(operator.named('endpoint.health').at(-1)?.endpoints).toContainEqual(failing);
      }, 2_500);
      expect(user.named('endpoint.health')).toEqual([]);
      const { body } = await harness.call('GET', '/api/operator/health', { as: person });
      expect(body.endpoints).toEqual([failing]);
    });

    it('sends announcements to everyone and catalogue changes to operators', async () => {
      const admin = await harness.person('admin');
      const operator = harness.connect(admin.token);
      const user = harness.connect((await harness.person()).token);
      await welcomed(operator);
      await welcomed(user);
      await harness.call('POST', '/api/admin/announcements', {
        as: admin,
        body: { title: 'Hello' },
      });
      await harness.call('POST', '/api/admin/templates', {
        as: admin,
        body: {
          name: 'team',
          definition: { categories: { general: { models: [{ model: 'm' }] } } },
        },
      });
      await eventually(() => {
        expect(user.named('announcement')[0]?.announcement).toMatchObject({
          title: 'Hello',
          level: 'info',
        });
        expect(operator.named('template.changed')).toHaveLength(1);
      });
      expect(user.named('template.changed')).toEqual([]);
    });
  });

  describe('who may connect', () => {
    const refused = async (recorder: LiveRecorder): Promise<void> => {
      await eventually(() => expect(recorder.refused).not.toBeNull());
      expect(recorder.heard).toEqual([]);
    };

    it.each([
      ['no token', ''],
      ['a forged token', 'eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.'],
    ])('refuses %s before anything is sent', async (_, token) => {
      await refused(harness.connect(token, 1));
    });

    it('refuses a socket of another site', async () => {
      const person = await harness.person();
      await refused(harness.connect(person.token, undefined, { origin: 'https://evil.example' }));
      await welcomed(harness.connect(person.token, undefined, { origin: harness.url }));
    });

    it('refuses the token of an ended session and of a one-time password', async () => {
      const person = await harness.person();
      await harness.call('POST', '/api/auth/logout', { as: person });
      await refused(harness.connect(person.token, 1));
      await refused(harness.connect((await harness.person('admin', true)).token));
    });

    it('lets nobody choose a room, and cuts sockets that talk too much or too long', async () => {
      const victim = await personWithKey();
      const attacker = harness.connect((await harness.person()).token);
      await welcomed(attacker);
      const emit = attacker.socket.emit.bind(attacker.socket) as (
        name: string,
        ...values: unknown[]
      ) => void;
      for (const name of NAMESPACE_ROUTES) emit(name, `account:${victim.account}`);
      await settlements.settle({ account: victim.account, key: victim.key });
      expect((await harness.call('GET', '/healthz')).status).toBe(200);
      expect(attacker.heard.map(({ name }) => name)).toEqual(['welcome']);
      for (let i = 0; i < 40; i += 1) emit('resume', { since: 0 });
      await eventually(() => expect(attacker.closed).not.toBeNull());
      for (const payload of ['x'.repeat(2_000), Buffer.alloc(100), 'x'.repeat(200_000)]) {
        const talker = harness.connect((await harness.person()).token);
        await welcomed(talker);
        (talker.socket.emit as (name: string, ...values: unknown[]) => void)('resume', payload);
        await eventually(() => expect(talker.closed).not.toBeNull());
      }
    });

    it('gives one user ten sockets', async () => {
      const person = await harness.person();
      const sockets = Array.from({ length: 10 }, () => harness.connect(person.token));
      for (const socket of sockets) await welcomed(socket);
      const eleventh = harness.connect(person.token);
      await refused(eleventh);
      expect(eleventh.refused?.data?.code).toBe('too_many_sockets');
      for (const socket of sockets) socket.socket.disconnect();
    });

    it('cuts the sockets of a suspended user, of a logged-out session and after a new password within five seconds', async () => {
      const admin = await harness.person('admin');
      const [suspended, loggedOut, changed] = [
        await harness.person(),
        await harness.person(),
        await harness.person(),
      ];
      const lives = [suspended, loggedOut, changed].map((person) => harness.connect(person.token));
      for (const live of lives) await welcomed(live);
      await harness.call('PATCH', `/api/admin/users/${suspended.id}`, {
        as: admin,
        body: { active: false },
      });
      await harness.call('POST', '/api/auth/logout', { as: loggedOut });
      await harness.call('POST', '/api/me/password', {
        as: changed,
        body: { current_password: PASSWORD, new_password: 'another long password' },
      });
      await eventually(() => expect(lives.map((live) => live.closed)).not.toContain(null), 5_000);
    });

    it('prolongs a socket by a newer token of the same user, and by no other', async () => {
      const [person, other] = [await harness.person(), await harness.person()];
      const live = harness.connect(person.token);
      await welcomed(live);
      const renew = (token: string) =>
        live.socket.timeout(2_000).emitWithAck('session.renew', { token });
      expect(await renew(other.token)).toEqual({ ok: false });
      expect(await renew('nonsense')).toEqual({ ok: false });
      const { session } = await harness.login(person.email);
      const renewed = await renew(session.access_token);
      expect(renewed.ok).toBe(true);
      expect(renewed.expires_in).toBeGreaterThan(590);
    });
  });
});
