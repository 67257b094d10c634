import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { MoneyFunctions, type StoredScope } from '@weir/data';
import { eventually, startTestDatabase } from '@weir/test-kit';
import type { TestDatabase } from '@weir/test-kit';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runWorker, workerConfig } from '../testing/run-worker.js';

let database: TestDatabase;
let owner: pg.Pool;
let account: string;
let user: string;
let key: string;

beforeEach(async () => {
  database = await startTestDatabase();
  owner = new pg.Pool({ connectionString: database.url, max: 2 });
  [account, user, key] = [randomUUID(), randomUUID(), randomUUID()];
  await new MoneyFunctions(owner).accountCreate(account, 'Reader');
  await owner.query(
    `INSERT INTO app_user (id, email, name, password_hash, account) VALUES ($1, 'r@example.test', 'R', 'x', $2)`,
    [user, account],
  );
  await owner.query(
    `INSERT INTO request (id, account, key, epoch, accepted_at, endpoint, dialect, streamed, requested_model, model,
        http_status, status, source, tokens, cost_nano, user_agent)
     SELECT gen_random_uuid(), $1, $2, $2, timestamptz '2026-09-01' + n * interval '1 second', '/v1/chat/completions',
        'openai', false, 'm', 'm' || n, 200, 'ok', 'reported', 1, n, md5(n::text) FROM generate_series(1, 30000) n`,
    [account, key],
  );
});
afterEach(async () => {
  await owner.end();
  await database.drop();
});

async function ask(): Promise<string> {
  const id = randomUUID();
  const scope: StoredScope = {
    account,
    reader: user,
    filters: { from: '2026-09-01T00:00:00Z', to: '2026-10-01T00:00:00Z' },
    currency: 'USD',
    timeZone: 'UTC',
    byteOrderMark: false,
  };
  await owner.query(
    `INSERT INTO export_file (id, account, owner, format, file_name, rows, scope) VALUES ($1, $2, $3, 'csv', 'f.csv', 30000, $4)`,
    [id, account, user, JSON.stringify(scope)],
  );
  await owner.query(`INSERT INTO outbox (queue, payload) VALUES ('export', $1)`, [
    JSON.stringify({ v: 1, export: id }),
  ]);
  return id;
}

async function fileOf(id: string): Promise<string> {
  const { rows } = await owner.query<{ bytes: Buffer }>(
    'SELECT bytes FROM export_piece WHERE export = $1 ORDER BY n',
    [id],
  );
  return gunzipSync(Buffer.concat(rows.map((row) => row.bytes))).toString();
}
const stateOf = async (id: string): Promise<string | undefined> =>
  (await owner.query<{ state: string }>('SELECT state FROM export_file WHERE id = $1', [id]))
    .rows[0]?.state;

it('makes the whole file and tells its owner once, however often the job comes', async () => {
  const id = await ask();
  const worker = await runWorker(workerConfig(database.url));
  try {
    await eventually(async () => {
      expect(await stateOf(id)).toBe('ready');
    }, 30_000);
    const lines = (await fileOf(id)).trimEnd().split('\r\n');
    expect(lines).toHaveLength(30_001);
    expect(new Set(lines).size).toBe(30_001);
    await owner.query(`INSERT INTO outbox (queue, payload) VALUES ('export', $1)`, [
      JSON.stringify({ v: 1, export: id }),
    ]);
    await eventually(async () => {
      const { rows } = await owner.query('SELECT 1 FROM outbox WHERE sent_at IS NULL');
      expect(rows).toEqual([]);
      const told = await owner.query<{ title: string }>(
        'SELECT title FROM notification WHERE account = $1',
        [account],
      );
      expect(told.rows).toEqual([{ title: 'Your export f.csv is ready' }]);
    }, 30_000);
  } finally {
    await worker.close();
  }
});

it('begins anew after a worker died over it, and leaves no half file', async () => {
  const id = await ask();
  await owner.query(`UPDATE export_file SET state = 'running' WHERE id = $1`, [id]);
  await owner.query('INSERT INTO export_piece VALUES ($1, 0, $2), ($1, 7, $2)', [
    id,
    Buffer.from('half'),
  ]);
  const worker = await runWorker(workerConfig(database.url));
  try {
    await eventually(async () => {
      expect(await stateOf(id)).toBe('ready');
    }, 30_000);
    expect((await fileOf(id)).trimEnd().split('\r\n')).toHaveLength(30_001);
  } finally {
    await worker.close();
  }
});
