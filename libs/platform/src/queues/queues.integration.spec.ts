import { runMigrations } from '@weir/data';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../embedded-postgres/index.js';
import { migrateQueues } from './migrate-queues.js';
import { createQueue, createWorker, type ReceivedJob } from './queues.js';
import { redisProblems } from './redis-safety.js';

/** Started by the run's global setup where there is a redis-server, which says so loudly where there is none. */
const redisUrl = process.env['WEIR_TEST_REDIS'] ?? null;

let dataDir: string;
let server: EmbeddedPostgres;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'weir-queue-'));
  server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
  await runMigrations(server.url);
  await migrateQueues(server.url);
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const backends = [
  { backend: 'PostgreSQL', redis: null },
  ...(redisUrl === null ? [] : [{ backend: 'Redis', redis: redisUrl }]),
];

describe("BullMQ's schema", () => {
  it('is migrated again without harm', async () => {
    await Promise.all([migrateQueues(server.url), migrateQueues(server.url)]);
  });
});

describe.each(backends)('queues on $backend', ({ redis }) => {
  const config = () => ({ databaseUrl: server.url, redisUrl: redis });

  it('bring each job to a worker, with few connections', async () => {
    const queue = createQueue<{ n: number }>('cost', config());
    const seen: ReceivedJob[] = [];
    const worker = createWorker(
      'cost',
      async (job) => {
        seen.push(job);
        await Promise.resolve();
      },
      { concurrency: 4 },
      config(),
    );
    await worker.waitUntilReady();
    await queue.addBulk(Array.from({ length: 20 }, (_, n) => ({ name: 'settle', data: { n } })));
    await queue.add('settle', { n: 20 });
    await vi.waitFor(
      () => {
        expect(seen).toHaveLength(21);
      },
      { timeout: 10_000 },
    );
    expect(new Set(seen.map((job) => JSON.stringify(job.data))).size).toBe(21);
    await vi.waitFor(async () => {
      expect(await queue.count()).toBe(0);
    });
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query<{ connections: number }>(
      "SELECT count(*)::int AS connections FROM pg_stat_activity WHERE application_name LIKE 'weir %' OR application_name = 'cost'",
    );
    await client.end();
    expect(rows[0]?.connections).toBeLessThanOrEqual(6);
    await worker.close();
    await queue.close();
  });

  it('run a job again when its worker died with it', async () => {
    const queue = createQueue<object>('crash', config());
    await queue.add('work', {});
    let started = 0;
    const dying = createWorker(
      'crash',
      () => {
        started += 1;
        return new Promise(() => undefined);
      },
      { lockDurationMs: 1_000 },
      config(),
    );
    await vi.waitFor(
      () => {
        expect(started).toBe(1);
      },
      { timeout: 10_000 },
    );
    // As good as killed: it stops renewing its lock.
    await dying.close(true);
    let ran = 0;
    const heir = createWorker('crash', () => Promise.resolve((ran += 1)), {}, config());
    await vi.waitFor(
      () => {
        expect(ran).toBe(1);
      },
      { timeout: 20_000 },
    );
    await heir.close();
    await queue.close();
  });
});

describe.runIf(redisUrl !== null)('Redis', () => {
  it('is accepted when it is append-only and never evicts', async () => {
    expect(await redisProblems(redisUrl ?? '')).toEqual([]);
  });

  it('is refused with the reason when it may forget jobs', async () => {
    const client = new Redis(redisUrl ?? '');
    try {
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      expect(await redisProblems(redisUrl ?? '')).toEqual([
        'REDIS_URL: set maxmemory-policy to noeviction (it is "allkeys-lru"), or jobs get lost.',
      ]);
    } finally {
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      client.disconnect();
    }
  });
});
