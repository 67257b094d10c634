import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { MoneyFunctions } from '@weir/data';
import { apiKeyPrefix, digestApiKey, makeApiKey } from '@weir/platform';
import { toKeyView } from '../keys/keys.mapper.js';
import { findKey } from '../keys/keys.repository.js';
import type { DemoAccount } from './demo-accounts.js';
import { keyLabelOf } from './demo-cast.js';

/**
 * The secret of a live key of this account: the kept one where it still is one, otherwise a new key's, and the keys
 * of the demo whose secrets were lost are revoked.
 */
export async function ensureDemoKey(
  client: pg.ClientBase,
  owner: DemoAccount,
  kept: string | undefined,
  pepper: string,
): Promise<string> {
  if (kept !== undefined && (await isLive(client, owner, digestApiKey(kept, pepper)))) return kept;
  await revokeLost(client, owner);
  const secret = makeApiKey();
  const id = randomUUID();
  await client.query(
    `INSERT INTO api_key (id, account, created_by, label, prefix, last4, digest) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      id,
      owner.account,
      owner.userId,
      keyLabelOf(owner.name),
      apiKeyPrefix(secret),
      secret.slice(-4),
      digestApiKey(secret, pepper),
    ],
  );
  await changed(client, 'key.create', owner, id);
  return secret;
}

async function isLive(client: pg.ClientBase, owner: DemoAccount, digest: string): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM api_key WHERE account = $1 AND digest = $2 AND enabled AND NOT hidden
        AND coalesce(revoked_at > now(), true) AND coalesce(expires_at > now(), true)`,
    [owner.account, digest],
  );
  return rows.length > 0;
}

async function revokeLost(client: pg.ClientBase, owner: DemoAccount): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `UPDATE api_key SET revoked_at = now(), updated_at = now()
      WHERE account = $1 AND label = $2 AND coalesce(revoked_at > now(), true) RETURNING id`,
    [owner.account, keyLabelOf(owner.name)],
  );
  for (const { id } of rows) await changed(client, 'key.revoke', owner, id);
}

/** As the console does it: audited, and told to whoever watches the account's keys. */
async function changed(
  client: pg.ClientBase,
  action: string,
  owner: DemoAccount,
  key: string,
): Promise<void> {
  const money = new MoneyFunctions(client);
  await money.auditAppend({
    actor: null,
    action,
    target: `api_key:${key}`,
    after: { account: owner.account, label: keyLabelOf(owner.name), by: 'npm run demo' },
  });
  const queries: Parameters<typeof findKey>[0] = {
    one: async <T>(sql: string, values: readonly unknown[] = []) => {
      const { rows } = await client.query<T & pg.QueryResultRow>(sql, [...values]);
      return rows[0];
    },
  };
  const row = await findKey(queries, owner.account, key);
  if (row !== undefined) await money.liveAppend(owner.account, 'key.changed', toKeyView(row));
}
