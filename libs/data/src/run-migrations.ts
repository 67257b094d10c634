import 'reflect-metadata';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Tables1700000000001 } from './migrations/0001-tables.js';
import { MoneyFunctions1700000000002 } from './migrations/0002-money-functions.js';
import { UnpricedAndRefusals1700000000003 } from './migrations/0003-unpriced-and-refusals.js';
import { Routing1700000000004 } from './migrations/0004-routing.js';
import { PriceTiers1700000000005 } from './migrations/0005-price-tiers.js';
import { Exports1700000000006 } from './migrations/0006-exports.js';
import { Idempotency1700000000007 } from './migrations/0007-idempotency.js';

/** All migrations, in order. */
export const MIGRATIONS = [
  Tables1700000000001,
  MoneyFunctions1700000000002,
  UnpricedAndRefusals1700000000003,
  Routing1700000000004,
  PriceTiers1700000000005,
  Exports1700000000006,
  Idempotency1700000000007,
];

/** Any number: two launchers that migrate one database at once wait for each other. */
const MIGRATION_LOCK = 1_464_158_545;

/**
 * Brings the database to the newest schema. Each migration is one transaction, so a run killed anywhere is
 * completed by the next. `ownerUrl` names the owner of the tables, never the application role.
 *
 * @returns the names of the migrations that were run now
 */
export async function runMigrations(ownerUrl: string): Promise<string[]> {
  const source = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    driver: pg,
    migrations: MIGRATIONS,
    synchronize: false,
    poolSize: 2,
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const done = await source.runMigrations({ transaction: 'each' });
    return done.map((migration) => migration.name);
  } finally {
    // Ending the session frees the lock, also when the server has just gone away.
    await lock.release();
    await source.destroy();
  }
}
