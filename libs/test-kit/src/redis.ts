import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
  /** Runs one command with redis-cli and answers what it printed. */
  run(...command: string[]): Promise<string>;
  /** Ends the server; what it wrote stays. */
  down(): Promise<void>;
  /** Starts it again on the same port, with what it had written. */
  up(): Promise<void>;
  /** Ends the server for good. */
  stop(): Promise<void>;
}

/**
 * Starts `redis-server` on a free loopback port, append-only and without eviction, as production demands it. `null` where there
 * is no redis-server on the PATH: the caller must say loudly what did not run.
 */
export async function startTestRedis(): Promise<TestRedis | null> {
  const dir = mkdtempSync(join(tmpdir(), 'weir-redis-'));
  const port = await freePort();
  let child = await spawnRedis(port, dir);
  if (child === null) {
    rmSync(dir, { recursive: true, force: true });
    return null;
  }
  const down = async () => {
    if (child === null) return;
    const end = once(child, 'exit');
    child.kill('SIGTERM');
    child = null;
    await end;
  };
  return {
    url: `redis://127.0.0.1:${String(port)}`,
    run: async (...command) => {
      const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), ...command]);
      return stdout.trim();
    },
    down,
    up: async () => {
      child ??= await spawnRedis(port, dir);
    },
    stop: async () => {
      await down();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** `null` where there is no redis-server on the PATH. */
async function spawnRedis(port: number, dir: string): Promise<ChildProcess | null> {
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
    save: '',
    dir,
  };
  const child = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: 'ignore' },
  );
  const missing = await Promise.race([
    once(child, 'error').then(() => true),
    once(child, 'spawn').then(() => false),
  ]);
  if (missing) return null;
  await eventually(() => accepts(port));
  return child;
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
