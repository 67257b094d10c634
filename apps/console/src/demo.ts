/**
 * One-shot, for `npm run demo`: makes the demo's users with credit and keys on a running installation, and a key on
 * the first admin's account so that the person who is signed in sees the traffic. Needs no login, as the bootstrap
 * needs none. Any run may repeat it. Argument: how many users. Prints one line of JSON.
 */
import { join } from 'node:path';
import type pg from 'pg';
import { createPgPool, loadConfigOrExit, type WeirConfig } from '@weir/platform';
import { ensureAdminAccount, ensureDemoAccount, type DemoAccount } from './demo/demo-accounts.js';
import { castOf } from './demo/demo-cast.js';
import { ensureDemoKey } from './demo/demo-keys.js';
import { readKeptKeys, writeKeptKeys } from './demo/kept-keys.js';

/** Any number: two demos on one database prepare one after the other. */
const DEMO_LOCK = 1_464_158_549;
const STATEMENT_MS = 30_000;
const USERS = 4;

/** What the traffic needs. */
interface DemoReady {
  readonly accounts: readonly {
    readonly email: string;
    readonly name: string;
    readonly key: string;
  }[];
  readonly gatewayUrl: string;
}

async function prepare(config: WeirConfig, users: number): Promise<DemoReady> {
  const pool = createPgPool(config, { max: 1, statementTimeoutMs: STATEMENT_MS, name: 'demo' });
  try {
    const client = await pool.connect();
    try {
      return await makeAll(client, config, users);
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}

/** The secrets are kept before the commit: a run killed in between leaves secrets of no key, never a key of no secret. */
async function makeAll(
  client: pg.PoolClient,
  config: WeirConfig,
  users: number,
): Promise<DemoReady> {
  const file = join(config.dataDir, 'demo.json');
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [DEMO_LOCK]);
    const accounts: DemoAccount[] = [];
    for (const role of castOf(users)) accounts.push(await ensureDemoAccount(client, role));
    const admin = await ensureAdminAccount(client);
    if (admin !== null) accounts.push(admin);
    const kept = readKeptKeys(file);
    const secrets = new Map<string, string>();
    for (const account of accounts)
      secrets.set(
        account.email,
        await ensureDemoKey(client, account, kept.get(account.email), config.keyPepper),
      );
    writeKeptKeys(file, new Map([...kept, ...secrets]));
    await client.query('COMMIT');
    return {
      accounts: accounts.map(({ email, name }) => ({ email, name, key: secrets.get(email) ?? '' })),
      gatewayUrl: config.gatewayUrl,
    };
  } catch (error) {
    // Whatever failed, the next run begins anew.
    await client.query('ROLLBACK');
    throw error;
  }
}

const users = Number(process.argv[2] ?? USERS);
process.stdout.write(`${JSON.stringify(await prepare(loadConfigOrExit('console'), users))}\n`);
