import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '@weir/test-kit';
import { ConsoleHarness } from '../testing/console-harness.js';

describe('health and figures', () => {
  let open: ConsoleHarness;
  let guarded: ConsoleHarness;
  beforeAll(async () => {
    open = await ConsoleHarness.start(await startTestDatabase());
    guarded = await ConsoleHarness.start(await startTestDatabase(), {
      metricsToken: 'a token of the tests',
    });
  });
  afterAll(async () => {
    await open.stop();
    await guarded.stop();
  });

  it('is alive and ready', async () => {
    expect((await open.call('GET', '/healthz')).body).toEqual({ status: 'ok' });
    expect((await open.call('GET', '/readyz')).body).toEqual({ ready: true, missing: [] });
  });

  it('says what is missing when the database is gone, answers the API with 503 and never 401', async () => {
    const lost = await ConsoleHarness.start(await startTestDatabase());
    const person = await lost.person();
    await lost.sql.end();
    await lost.database.drop();
    const ready = await lost.call('GET', '/readyz');
    expect([ready.status, ready.body]).toEqual([503, { ready: false, missing: ['database'] }]);
    for (const path of ['/api/me', '/api/balance']) {
      const answer = await lost.call('GET', path, { as: person });
      expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([
        503,
        'storage_unavailable',
        '2',
      ]);
    }
    expect((await lost.call('GET', '/healthz')).status).toBe(200);
    await lost.app.close();
  });

  it('shows its figures to this machine, or to whoever has the token', async () => {
    const { status, body } = await open.call('GET', '/metrics');
    expect(status).toBe(200);
    expect(body).toContain('weir_socket_clients{process="console"} 0');
    expect(body).toContain('process_cpu_seconds_total');
    expect((await guarded.call('GET', '/metrics')).status).toBe(404);
    expect(
      (
        await guarded.call('GET', '/metrics', {
          headers: { authorization: 'Bearer a token of the tests' },
        })
      ).status,
    ).toBe(200);
  });
});
