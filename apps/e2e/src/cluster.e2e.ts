import { randomBytes } from 'node:crypto';
import { io } from 'socket.io-client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AppProcess,
  eventually,
  startStack,
  startTestRedis,
  verifyBooks,
  type Stack,
} from '@weir/test-kit';
import { ConsoleClient, createTenant, type Tenant } from './console-client.js';

/**
 * The cluster profile: an operator's PostgreSQL and Redis, two gateways, two consoles. Redis carries the settlement
 * jobs and may forget or vanish at any time; PostgreSQL decides, so every request is settled once all the same.
 */
const redis = await startTestRedis();
if (redis === null) console.warn('!!! CLUSTER SUITE DID NOT RUN: no redis-server on the PATH');

/** A batch that Redis lost is sent again after 15 s; the rest is a slow machine's. */
const SETTLED_WITHIN_MS = 45_000;

describe.runIf(redis !== null)('a cluster on PostgreSQL and Redis', () => {
  let stack: Stack;
  let secondConsole: AppProcess;
  let tenant: Tenant;
  let database: pg.Client;
  const sent: string[] = [];

  beforeAll(async () => {
    const env = {
      REDIS_URL: redis?.url ?? '',
      WEIR_EMBEDDED: '0',
      JWT_SECRET: randomBytes(48).toString('base64url'),
      KEY_PEPPER: randomBytes(48).toString('base64url'),
      SECRETS_KEYS: randomBytes(32).toString('base64'),
    };
    stack = await startStack({ gateways: 2, env });
    secondConsole = new AppProcess(
      'console',
      { ...env, WEIR_DATA_DIR: stack.dataDir, DATABASE_URL: stack.databaseUrl, LOG_LEVEL: 'warn' },
      'WEIR_CONSOLE_PORT',
    );
    await secondConsole.start();
    const { email, password } = stack.admin;
    tenant = await createTenant(
      await ConsoleClient.login(stack.consoleUrl, email, password),
      'cluster',
      '100',
    );
    database = new pg.Client({ connectionString: stack.databaseUrl });
    await database.connect();
  });
  afterAll(async () => {
    await database?.end();
    await secondConsole?.kill();
    await stack?.stop();
    await redis?.stop();
  });

  it('settles the requests of both gateways through the queue on Redis', async () => {
    await send(20);
    await allSettled();
    const events = await redis!.run('XRANGE', 'weir:cost:events', '-', '+');
    expect(events).toContain('completed');
    const { rows } = await database.query<{ n: number }>(
      'SELECT count(DISTINCT epoch)::int AS n FROM settled_batch',
    );
    expect(rows[0]?.n).toBe(2);
  });

  it('tells a socket at either console of a request', async () => {
    const sockets = [stack.consoleUrl, secondConsole.url].map((url) =>
      io(`${url}/live`, {
        transports: ['websocket'],
        forceNew: true,
        auth: { token: tenant.console.token },
      }),
    );
    const seen = sockets.map(() => new Set<string>());
    try {
      await Promise.all(
        sockets.map(
          (socket, i) =>
            new Promise<void>((resolve) => {
              socket.on('request.completed', (event: CompletedEvent) => {
                for (const row of event.data.rows) seen[i]!.add(row.generation_id);
              });
              socket.on('welcome', () => resolve());
            }),
        ),
      );
      const generations = await send(6);
      await eventually(() => {
        for (const set of seen) expect([...set]).toEqual(expect.arrayContaining(generations));
      }, 20_000);
    } finally {
      for (const socket of sockets) socket.disconnect();
    }
  });

  it('loses nothing when Redis forgets everything in the middle', async () => {
    // The worker is held still, so that the flush meets jobs which nobody has done yet.
    process.kill(stack.worker.pid, 'SIGSTOP');
    try {
      await send(10);
      const before = await settledCount();
      expect(before).toBeLessThan(sent.length);
      await redis!.run('FLUSHALL');
    } finally {
      process.kill(stack.worker.pid, 'SIGCONT');
    }
    await send(10);
    await allSettled();
  });

  it('goes on without Redis and settles everything after its return', async () => {
    await redis!.down();
    await send(20);
    await redis!.up();
    await send(10);
    await allSettled();
  });

  it('charges every request once and keeps its books', async () => {
    expect(await settledCount()).toBe(sent.length);
    expect(new Set(sent).size).toBe(sent.length);
    await eventually(async () => expect(await verifyBooks(stack.databaseUrl)).toEqual([]));
  });

  /** Sends as many requests, to one gateway after the other; every one must be answered. */
  async function send(count: number): Promise<string[]> {
    const generations = await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const gateway = stack.gateways[i % 2]!;
        const response = await fetch(`${gateway.url}/v1/chat/completions`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${tenant.key.secret}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify({
            model: 'sandbox/chat-small',
            max_tokens: 40,
            stream: i % 3 === 0,
            messages: [{ role: 'user', content: `Request ${String(i)} of the cluster.` }],
          }),
          signal: AbortSignal.timeout(30_000),
        });
        await response.arrayBuffer();
        expect(response.status).toBe(200);
        return response.headers.get('x-weir-generation-id') ?? '';
      }),
    );
    sent.push(...generations);
    return generations;
  }

  async function settledCount(): Promise<number> {
    const { rows } = await database.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM request WHERE id = ANY ($1::uuid[])',
      [sent.map((generation) => generation.replace(/^gen_/, ''))],
    );
    return rows[0]?.n ?? 0;
  }

  function allSettled(): Promise<void> {
    return eventually(
      async () => expect(await settledCount()).toBe(sent.length),
      SETTLED_WITHIN_MS,
    );
  }
});

/** As much of `request.completed` as is looked at. */
interface CompletedEvent {
  readonly data: { readonly rows: readonly { readonly generation_id: string }[] };
}
