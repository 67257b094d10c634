import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from './embedded-postgres.js';
import { isAlive } from './postmaster.js';

let dataDir: string;
const running: EmbeddedPostgres[] = [];

async function start(input: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}) {
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' }, ...input });
  running.push(server);
  return server;
}

async function ask(url: string, sql: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: string }>(sql);
    return rows[0]?.answer ?? '';
  } finally {
    await client.end();
  }
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'weir-pg-'));
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', () => {
  it('keeps its data over a stop and a second start', async () => {
    const first = await start();
    await ask(first.url, "CREATE TABLE kept AS SELECT 'still here'::text AS answer");
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start();
    expect(second.takenOver).toBe(false);
    expect(await ask(second.url, 'SELECT answer FROM kept')).toBe('still here');
  });

  it('is the server of its own folder, with checksums, UTF-8 and the port asked for', async () => {
    const server = await start();
    expect(await ask(server.url, "SELECT current_setting('data_directory') AS answer")).toBe(
      server.dataDir,
    );
    expect(await ask(server.url, "SELECT current_setting('data_checksums') AS answer")).toBe('on');
    expect(await ask(server.url, "SELECT current_setting('server_encoding') AS answer")).toBe(
      'UTF8',
    );
    expect(
      await ask(server.url, "SELECT current_setting('unix_socket_directories') AS answer"),
    ).toBe('');
    expect(findEmbeddedPostgres(dataDir)).toBe(server.url);
  });

  it('refuses a wrong password and keeps the right one in a file of mode 0600', async () => {
    const server = await start();
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'SELECT 1 AS answer')).rejects.toThrow(
      /password authentication failed/,
    );
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
  });

  it('takes over a server that a killed parent left running', async () => {
    const first = await start();
    await ask(first.url, "CREATE TABLE kept AS SELECT 'by the old one'::text AS answer");
    const second = await startEmbeddedPostgres({ dataDir });
    expect(second.takenOver).toBe(true);
    expect(second.pid).toBe(first.pid);
    expect(await ask(second.url, 'SELECT answer FROM kept')).toBe('by the old one');
    await second.stop();
    await second.ended;
  });

  it('starts again after kill -9 of the server', async () => {
    const first = await start();
    await ask(first.url, "CREATE TABLE kept AS SELECT 'survived'::text AS answer");
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    expect(existsSync(join(first.dataDir, 'postmaster.pid'))).toBe(true);
    const second = await start();
    expect(await ask(second.url, 'SELECT answer FROM kept')).toBe('survived');
  });

  it('ignores a pid file whose process id now belongs to another program', async () => {
    const first = await start();
    const pidFile = readFileSync(join(first.dataDir, 'postmaster.pid'), 'utf8');
    await first.stop();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
    });
    try {
      writeFileSync(
        join(first.dataDir, 'postmaster.pid'),
        pidFile.replace(String(first.pid), String(stranger.pid)),
      );
      const second = await start();
      expect(second.takenOver).toBe(false);
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('says which port is in use', async () => {
    const first = await start();
    const other = mkdtempSync(join(tmpdir(), 'weir-pg-'));
    try {
      await expect(startEmbeddedPostgres({ dataDir: other, port: first.port })).rejects.toThrow(
        /could not bind|could not create any TCP/,
      );
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  // Only root needs, and may use, a service user.
  it.runIf(process.getuid?.() === 0)('runs as a service user from a copied home', async () => {
    const server = await start({ isolation: 'copy' });
    expect(server.dataDir).toMatch(/^\/var\/tmp\/weir-[0-9a-f]{12}\/data$/);
    expect(await ask(server.url, 'SELECT current_database() AS answer')).toBe('weir');
    expect(findEmbeddedPostgres(dataDir)).toBe(server.url);
    await server.stop();
    rmSync(join(server.dataDir, '..'), { recursive: true, force: true });
  });
});
