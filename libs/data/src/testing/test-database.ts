import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { MoneyFunctions } from '../money/money-functions.js';
import { runMigrations } from '../run-migrations.js';

/** A migrated database of its own for one test file. */
export interface MoneyDatabase {
  /** The owner's URL. */
  readonly url: string;
  /** Connections of the owner: to look, and to plant corruptions. */
  readonly owner: pg.Pool;
  /** Connections of the application role. */
  readonly pool: pg.Pool;
  readonly money: MoneyFunctions;
  stop(): Promise<void>;
}

/** Makes the database on the server that `serverUrl` names. */
export async function openMoneyDatabase(serverUrl: string): Promise<MoneyDatabase> {
  const name = `weir_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const target = new URL(serverUrl);
  target.pathname = `/${name}`;
  const url = target.href;
  await runMigrations(url);
  const owner = new pg.Pool({ connectionString: url, max: 2 });
  const pool = new pg.Pool({ connectionString: url, max: 12, options: '-c role=weir_app' });
  return {
    url,
    owner,
    pool,
    money: new MoneyFunctions(pool),
    stop: async () => {
      await pool.end();
      await owner.end();
    },
  };
}
