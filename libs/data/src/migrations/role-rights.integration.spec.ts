import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMoneyDatabase } from '../testing/test-database.js';
import type { MoneyDatabase } from '../testing/test-database.js';
import { serverUrl } from '../testing/server-url.js';
import { runMigrations } from '../run-migrations.js';

let database: MoneyDatabase;
beforeAll(async () => {
  database = await openMoneyDatabase(serverUrl());
});
afterAll(() => database.stop());

const MONEY_TABLES = [
  'account', 'allowance', 'allowance_limit', 'lease', 'ledger_entry', 'request', 'live_event', 'settled_batch', 'settlement_failed',
  'settlement_exception', 'gateway_epoch', 'gateway_beat', 'usage_rollup', 'account_use', 'key_use', 'alert_fired', 'audit_entry', 'config_version',
]; // prettier-ignore

describe('the application role', () => {
  it.each(MONEY_TABLES)('may read %s and neither insert, delete nor truncate', async (table) => {
    await database.pool.query(`SELECT * FROM ${table} LIMIT 1`);
    for (const statement of [
      `DELETE FROM ${table}`,
      `TRUNCATE ${table}`,
      `INSERT INTO ${table} DEFAULT VALUES`,
    ])
      await expect(database.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('may update no column of a money table but the name, routing, tier and template of an account', async () => {
    const { rows } = await database.owner.query<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.column_privileges
       WHERE grantee IN ('weir_app', 'PUBLIC') AND privilege_type <> 'SELECT' AND table_name = ANY ($1) ORDER BY 1`,
      [MONEY_TABLES],
    );
    expect(rows.map((row) => row.name)).toEqual([
      'account.name',
      'account.routing',
      'account.template',
      'account.tier',
    ]);
  });

  it('owns nothing and may not set triggers aside', async () => {
    const { rows } = await database.owner.query(
      `SELECT relname FROM pg_class WHERE relowner = 'weir_app'::regrole`,
    );
    expect(rows).toEqual([]);
    await expect(
      database.pool.query(`SET session_replication_role = replica`),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(database.pool.query('CREATE TABLE public.mine (x int)')).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('cannot call the internal functions, nor can anyone else', async () => {
    const { rows } = await database.owner.query<{ name: string }>(
      `SELECT p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = 'public' AND p.prorettype <> 'trigger'::regtype AND has_function_privilege('weir_app', p.oid, 'EXECUTE') AND p.prosecdef = false ORDER BY 1`,
    );
    expect(rows.map((row) => row.name)).toEqual([
      'audit_digest',
      'iso_text',
      'nano_text',
      'period_of',
      'prompt_tokens',
      'request_json',
    ]);
    await expect(
      database.pool.query(`SELECT cap_apply(gen_random_uuid(), 0::smallint, '1970-01-01', 5)`),
    ).rejects.toMatchObject({ code: '42501' });
  });

  it('runs every function with a fixed search path, so that a temporary table cannot stand in for a real one', async () => {
    const { rows } = await database.owner.query(
      `SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = 'public' AND prosecdef AND NOT coalesce('search_path=public, pg_temp' = ANY (proconfig), false)`,
    );
    expect(rows).toEqual([]);
  });
});

describe('migrations', () => {
  it('run once, also when two launchers run them at the same time', async () => {
    expect(await Promise.all([runMigrations(database.url), runMigrations(database.url)])).toEqual([
      [],
      [],
    ]);
  });
});
