import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';

/** Environment variable under which a run's Redis is known to its test files; not set where there is none. */
export const TEST_REDIS = 'WEIR_TEST_REDIS';

/** The run's Redis, or `undefined` where no redis-server could be started. */
export function testRedisUrl(): string | undefined {
  return process.env[TEST_REDIS];
}

/** A Redis of the test run's own. */
export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts `redis-server` on a free loopback port, append-only and without eviction, as production demands it. `null` where there
 * is no redis-server on the PATH: the caller must say loudly what did not run.
 */
export async function startTestRedis(): Promise<TestRedis | null> {
  const dir = mkdtempSync(join(tmpdir(), 'weir-redis-'));
  const port = await freePort();
  const child = spawn(
    'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--appendonly',
      'yes',
      '--maxmemory-policy',
      'noeviction',
      '--save',
      '',
      '--dir',
      dir,
    ],
    { stdio: 'ignore' },
  );
  const missing = await Promise.race([
    once(child, 'error').then(() => true),
    once(child, 'spawn').then(() => false),
  ]);
  if (missing) {
    rmSync(dir, { recursive: true, force: true });
    return null;
  }
  await eventually(() => accepts(port));
  return {
    url: `redis://127.0.0.1:${String(port)}`,
    stop: async () => {
      const end = once(child, 'exit');
      child.kill('SIGTERM');
      await end;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('the kernel gave no port');
  return address.port;
}

function accepts(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
