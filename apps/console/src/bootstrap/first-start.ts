import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { MoneyFunctions } from '@weir/data';
import {
  apiKeyPrefix,
  digestApiKey,
  hashPassword,
  makeApiKey,
  type WeirConfig,
} from '@weir/platform';
import { NANO_PER_UNIT } from '@weir/units';

/** What the launcher prints in its box. Secrets are here on the first start only, and nowhere else ever. */
export interface FirstStart {
  readonly firstStart: boolean;
  readonly adminEmail: string;
  /** The one-time password, where none was given. */
  readonly adminPassword?: string;
  readonly apiKey?: string;
}

/** Credit of the first admin, so that the first request can be sent. */
const FIRST_CREDIT_UNITS = 10n;

/**
 * Makes the admin when there is no user at all. No default password exists (E-A10): it is given by the operator,
 * or random, printed once and to be changed at the first sign-in.
 */
export async function ensureAdmin(
  client: pg.ClientBase,
  config: Pick<WeirConfig, 'adminEmail' | 'adminPassword' | 'keyPepper'>,
): Promise<FirstStart> {
  const { rows } = await client.query<{ email: string }>(
    `SELECT email FROM app_user WHERE role = 'admin' ORDER BY active DESC, created_at LIMIT 1`,
  );
  const { rows: users } = await client.query('SELECT 1 FROM app_user LIMIT 1');
  if (users.length > 0) {
    await adoptGivenPassword(client, config);
    return { firstStart: false, adminEmail: rows[0]?.email ?? config.adminEmail };
  }
  const password = config.adminPassword ?? randomBytes(15).toString('base64url');
  const userId = randomUUID();
  const account = randomUUID();
  const money = new MoneyFunctions(client);
  await money.accountCreate(account, 'Administrator');
  await client.query(
    `INSERT INTO app_user (id, email, name, role, password_hash, must_change_password, account) VALUES ($1, $2, 'Administrator', 'admin', $3, $4, $5)`,
    [
      userId,
      config.adminEmail,
      await hashPassword(password),
      config.adminPassword === null,
      account,
    ],
  );
  await money.credit({
    account,
    amountNano: FIRST_CREDIT_UNITS * NANO_PER_UNIT,
    what: 'grant',
    ref: `first-start:${account}`,
    note: 'Welcome credit',
  });
  const apiKey = await makeFirstKey(client, account, userId, config.keyPepper);
  return {
    firstStart: true,
    adminEmail: config.adminEmail,
    ...(config.adminPassword === null ? { adminPassword: password } : {}),
    apiKey,
  };
}

async function makeFirstKey(
  client: pg.ClientBase,
  account: string,
  userId: string,
  pepper: string,
): Promise<string> {
  const secret = makeApiKey();
  await client.query(
    `INSERT INTO api_key (id, account, created_by, label, prefix, last4, digest) VALUES ($1, $2, $3, 'First key', $4, $5, $6)`,
    [
      randomUUID(),
      account,
      userId,
      apiKeyPrefix(secret),
      secret.slice(-4),
      digestApiKey(secret, pepper),
    ],
  );
  return secret;
}

/**
 * The way back in when nobody noted the one-time password: while it was never used, a password given as
 * WEIR_ADMIN_PASSWORD takes its place. A password that somebody chose is never touched.
 */
async function adoptGivenPassword(
  client: pg.ClientBase,
  config: Pick<WeirConfig, 'adminEmail' | 'adminPassword'>,
): Promise<void> {
  if (config.adminPassword === null) return;
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM app_user WHERE lower(email) = lower($1) AND role = 'admin' AND must_change_password AND last_seen_at IS NULL`,
    [config.adminEmail],
  );
  const [admin] = rows;
  if (!admin) return;
  await client.query(
    'UPDATE app_user SET password_hash = $2, must_change_password = false WHERE id = $1',
    [admin.id, await hashPassword(config.adminPassword)],
  );
}
