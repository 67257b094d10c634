import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKeyByDigest, MoneyFunctions } from '@weir/data';
import { digestApiKey } from '@weir/platform';
import { startTestDatabase, verifyBooks, type TestDatabase } from '@weir/test-kit';
import { ensureAdmin } from '../bootstrap/first-start.js';
import { ensureAdminAccount, ensureDemoAccount, type DemoAccount } from './demo-accounts.js';
import { castOf } from './demo-cast.js';
import { ensureDemoKey } from './demo-keys.js';
import { readKeptKeys, writeKeptKeys } from './kept-keys.js';

const PEPPER = 'p'.repeat(40);

describe('the demo', () => {
  let database: TestDatabase;
  let client: pg.Client;
  const accounts: DemoAccount[] = [];
  beforeAll(async () => {
    database = await startTestDatabase();
    client = new pg.Client({ connectionString: database.url, options: '-c role=weir_app' });
    await client.connect();
    await ensureAdmin(client, {
      adminEmail: 'admin@weir.local',
      adminPassword: null,
      keyPepper: PEPPER,
    });
    for (const role of castOf(4)) accounts.push(await ensureDemoAccount(client, role));
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });
  const count = async (sql: string, values: unknown[] = []) =>
    Number((await client.query<{ n: string }>(`SELECT count(*) AS n ${sql}`, values)).rows[0]?.n);

  it('has one user who runs out of tokens today and one with next to no credit', async () => {
    const money = new MoneyFunctions(client);
    const [ada, blaise, clara] = accounts;
    expect(await money.balance(ada?.account ?? '')).toMatchObject({ balance: '25' });
    expect(await money.balance(clara?.account ?? '')).toMatchObject({ balance: '0.02' });
    expect(await money.budget(blaise?.account ?? '')).toMatchObject({ daily_limit: 40_000 });
    expect(await money.budget(ada?.account ?? '')).toMatchObject({ daily_limit: null });
  });

  it('makes nobody twice and gives no credit to those who have some', async () => {
    const users = await count('FROM app_user');
    const entries = await count('FROM ledger_entry');
    for (const role of castOf(4)) await ensureDemoAccount(client, role);
    expect(await ensureAdminAccount(client)).toMatchObject({ email: 'admin@weir.local' });
    expect(await count('FROM app_user')).toBe(users);
    expect(await count('FROM ledger_entry')).toBe(entries);
    expect(await verifyBooks(database.url)).toEqual([]);
  });

  it('keeps a key that works, and replaces one whose secret was lost', async () => {
    const admin = await ensureAdminAccount(client);
    if (!admin) throw new Error('there is an admin');
    const first = await ensureDemoKey(client, admin, undefined, PEPPER);
    expect(await loadKeyByDigest(client, digestApiKey(first, PEPPER))).toBeTruthy();
    expect(await ensureDemoKey(client, admin, first, PEPPER)).toBe(first);
    const second = await ensureDemoKey(client, admin, undefined, PEPPER);
    expect(second).not.toBe(first);
    expect(
      await count(
        `FROM api_key WHERE account = $1 AND label = 'Demo traffic' AND revoked_at IS NULL`,
        [admin.account],
      ),
    ).toBe(1);
    expect(await count(`FROM audit_entry WHERE action IN ('key.create', 'key.revoke')`)).toBe(3);
    const { rows: told } = await client.query<{ label: string; status: string }>(
      `SELECT payload ->> 'label' AS label, payload ->> 'status' AS status FROM live_event
        WHERE account = $1 AND type = 'key.changed' ORDER BY seq`,
      [admin.account],
    );
    expect(told).toEqual([
      { label: 'Demo traffic', status: 'active' },
      { label: 'Demo traffic', status: 'revoked' },
      { label: 'Demo traffic', status: 'active' },
    ]);
    // The admin's own first key is none of the demo's business.
    expect(await count(`FROM api_key WHERE label = 'First key' AND revoked_at IS NULL`)).toBe(1);
  });

  it('keeps the secrets in a file that only its owner can read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-demo-'));
    try {
      const file = join(folder, 'demo.json');
      expect(readKeptKeys(file)).toEqual(new Map());
      writeKeptKeys(file, new Map([['demo-ada@weir.local', 'weir-sk-canary']]));
      expect(readKeptKeys(file)).toEqual(new Map([['demo-ada@weir.local', 'weir-sk-canary']]));
      expect(statSync(file).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
