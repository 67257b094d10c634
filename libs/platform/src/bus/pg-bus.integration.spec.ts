import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../embedded-postgres/index.js';
import { PgBus } from './pg-bus.js';

let dataDir: string;
let server: EmbeddedPostgres;
let admin: pg.Client;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'weir-bus-'));
  server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query('CREATE ROLE weir_app NOLOGIN; GRANT weir_app TO current_user');
});
afterAll(async () => {
  await admin.end();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function withBuses(work: (a: PgBus, b: PgBus) => Promise<void>): Promise<void> {
  const config = { databaseUrl: server.url, process: 'gateway' } as const;
  const buses = [new PgBus(config), new PgBus(config)] as const;
  await Promise.all(buses.map((bus) => bus.start()));
  try {
    await work(...buses);
  } finally {
    await Promise.all(buses.map((bus) => bus.close()));
  }
}

describe('the bus', () => {
  it('brings a message to every subscriber of its channel only', async () => {
    await withBuses(async (a, b) => {
      const live: unknown[] = [];
      const kills: unknown[] = [];
      await a.subscribe('weir_live', (payload) => live.push(payload));
      await a.subscribe('weir_kill', (payload) => kills.push(payload));
      b.notify('weir_live', { a: ['one'] });
      b.notify('weir_live', { a: ['two'] });
      await vi.waitFor(() => {
        expect(live).toEqual([{ a: ['one', 'two'] }]);
      });
      expect(kills).toEqual([]);
    });
  });

  it('comes back after its connection was cut, says so and listens again', async () => {
    await withBuses(async (a, b) => {
      const got: unknown[] = [];
      await a.subscribe('weir_config', (payload) => got.push(payload));
      const reconnected = vi.fn();
      a.on('reconnected', reconnected);
      expect(a.healthy).toBe(true);
      await admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% bus'",
      );
      await vi.waitFor(() => {
        expect(a.healthy).toBe(false);
      });
      await vi.waitFor(
        () => {
          expect([a.healthy, b.healthy]).toEqual([true, true]);
        },
        { timeout: 10_000 },
      );
      expect(reconnected).toHaveBeenCalledOnce();
      b.notify('weir_config', { t: 'key', id: '1' });
      await vi.waitFor(() => {
        expect(got).toEqual([{ t: 'key', id: '1' }]);
      });
    });
  });

  it('knows that it is deaf when the server hangs without closing', async () => {
    await withBuses(async (a) => {
      const { rows } = await admin.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE application_name LIKE '% bus'",
      );
      for (const { pid } of rows) process.kill(pid, 'SIGSTOP');
      try {
        await vi.waitFor(
          () => {
            expect(a.healthy).toBe(false);
          },
          { timeout: 5_000 },
        );
      } finally {
        for (const { pid } of rows) process.kill(pid, 'SIGCONT');
      }
      await vi.waitFor(
        () => {
          expect(a.healthy).toBe(true);
        },
        { timeout: 10_000 },
      );
    });
  });

  it('sends what waits before it closes', async () => {
    await withBuses(async (a, b) => {
      const got: unknown[] = [];
      await a.subscribe('weir_pulse', (payload) => got.push(payload));
      b.notify('weir_pulse', {});
      await b.close();
      await vi.waitFor(() => {
        expect(got).toEqual([{}]);
      });
    });
  });
});
