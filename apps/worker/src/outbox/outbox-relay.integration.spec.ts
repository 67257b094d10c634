import { eventually, startTestDatabase } from '@weir/test-kit';
import type { TestDatabase } from '@weir/test-kit';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { OutboxRelay } from './outbox-relay.js';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await startTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 4, options: '-c role=weir_app' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => pool.query('DELETE FROM outbox'));

const fill = (count: number) =>
  pool.query(
    `INSERT INTO outbox (queue, payload) SELECT 'budget', jsonb_build_object('n', n) FROM generate_series(1, $1::int) n`,
    [count],
  );
const unsent = async (): Promise<number> => {
  const { rows } = await pool.query<{ n: string }>(
    'SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL',
  );
  return Number(rows[0]?.n);
};

it('sends every waiting row once, in order, however many there are', async () => {
  await fill(450);
  const sent: unknown[] = [];
  const relay = new OutboxRelay(
    pool,
    (_queue, payload) => Promise.resolve(void sent.push(payload)),
    () => undefined,
  );
  relay.start();
  await eventually(async () => {
    expect(await unsent()).toBe(0);
  });
  await relay.stop();
  expect(sent).toEqual(Array.from({ length: 450 }, (_, n) => ({ n: n + 1 })));
});

it('keeps a row whose job could not be added, and sends it when woken again', async () => {
  await fill(3);
  const errors: unknown[] = [];
  const ids = new Set<string>();
  let queueIsDown = true;
  const relay = new OutboxRelay(
    pool,
    (_queue, _payload, jobId) => {
      if (queueIsDown && ids.size === 1) return Promise.reject(new Error('queue is down'));
      ids.add(jobId);
      return Promise.resolve();
    },
    (error) => errors.push(error),
  );
  relay.wake();
  await eventually(() => {
    expect(errors).toHaveLength(1);
  });
  expect(await unsent()).toBe(3);
  queueIsDown = false;
  relay.wake();
  await eventually(async () => {
    expect(await unsent()).toBe(0);
  });
  await relay.stop();
  expect(ids.size).toBe(3);
});

it('shares the rows between two workers without sending one twice', async () => {
  await fill(600);
  const sent: string[] = [];
  const add = (_queue: string, _payload: unknown, jobId: string) =>
    Promise.resolve(void sent.push(jobId));
  const relays = [1, 2].map(() => new OutboxRelay(pool, add, () => undefined));
  for (const relay of relays) relay.start();
  await eventually(async () => {
    expect(await unsent()).toBe(0);
  });
  await Promise.all(relays.map((relay) => relay.stop()));
  expect(sent).toHaveLength(600);
  expect(new Set(sent).size).toBe(600);
});
