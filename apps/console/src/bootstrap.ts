/**
 * One-shot, before the applications start: brings the schema to its newest form and makes what a first start
 * needs. Every step looks first, so any start may run it again. Prints one line of JSON for the launcher.
 */
import type pg from 'pg';
import { runMigrations } from '@weir/data';
import { createPgPool, loadConfigOrExit, migrateQueues, type WeirConfig } from '@weir/platform';
import { seedEnvironmentProviders } from './bootstrap/environment-providers.js';
import { ensureAdmin, type FirstStart } from './bootstrap/first-start.js';
import { seedCatalogues } from './bootstrap/seed-catalogue.js';
import { seedSandbox } from './bootstrap/sandbox-catalog.js';
import { seedTokenPrice } from './bootstrap/token-price.js';

/** Any number: two launchers on one database seed one after the other. */
const BOOTSTRAP_LOCK = 1_464_158_548;
/** Migrations of a large database may take long, seeding never does. */
const STATEMENT_MS = 30_000;

async function bootstrap(config: WeirConfig): Promise<FirstStart> {
  await runMigrations(config.databaseUrl);
  await migrateQueues(config.databaseUrl);
  const pool = createPgPool(config, {
    max: 1,
    statementTimeoutMs: STATEMENT_MS,
    name: 'bootstrap',
  });
  try {
    const client = await pool.connect();
    try {
      return await seed(client, config);
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}

/** All of it or nothing: a run killed in between leaves no admin whose password nobody saw. */
async function seed(client: pg.PoolClient, config: WeirConfig): Promise<FirstStart> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [BOOTSTRAP_LOCK]);
    const first = await ensureAdmin(client, config);
    await seedTokenPrice(client, config.tokenPriceEurNano, config.currency);
    await seedSandbox(client, config);
    const given = await seedEnvironmentProviders(client, config);
    await seedCatalogues(client, given, config.currency);
    await client.query('COMMIT');
    return first;
  } catch (error) {
    // Whatever failed, the next start begins anew.
    await client.query('ROLLBACK');
    throw error;
  }
}

process.stdout.write(`${JSON.stringify(await bootstrap(loadConfigOrExit('console')))}\n`);
