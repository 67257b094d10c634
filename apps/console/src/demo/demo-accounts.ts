import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { MoneyFunctions } from '@weir/data';
import { hashPassword } from '@weir/platform';
import { parseMoney } from '@weir/units';
import { AMPLE, type DemoRole } from './demo-cast.js';

/** A user whom the demo sends for. */
export interface DemoAccount {
  readonly email: string;
  readonly name: string;
  readonly userId: string;
  readonly account: string;
}

/** Allowance kind: tokens a day. */
const TOKENS_A_DAY = 1;

/** Makes the user where it is missing; credit and budget are set as its role says. */
export async function ensureDemoAccount(
  client: pg.ClientBase,
  role: DemoRole,
): Promise<DemoAccount> {
  const money = new MoneyFunctions(client);
  const demo = (await findUser(client, role.email)) ?? (await makeUser(client, money, role));
  await topUp(money, demo.account, role);
  if (role.tokensLeftToday !== null) await limitToday(money, demo.account, role.tokensLeftToday);
  return demo;
}

/** The first admin, who watches; null where everybody with that role was suspended. */
export async function ensureAdminAccount(client: pg.ClientBase): Promise<DemoAccount | null> {
  const { rows } = await client.query<DemoAccount>(
    `SELECT email, name, id AS "userId", account FROM app_user WHERE role = 'admin' AND active ORDER BY created_at LIMIT 1`,
  );
  const [admin] = rows;
  if (!admin) return null;
  await topUp(new MoneyFunctions(client), admin.account, AMPLE);
  return admin;
}

async function findUser(client: pg.ClientBase, email: string): Promise<DemoAccount | undefined> {
  const { rows } = await client.query<DemoAccount>(
    'SELECT email, name, id AS "userId", account FROM app_user WHERE lower(email) = lower($1)',
    [email],
  );
  return rows[0];
}

/** Nobody knows the password; an admin may set another to sign in as this user. */
async function makeUser(
  client: pg.ClientBase,
  money: MoneyFunctions,
  { email, name }: DemoRole,
): Promise<DemoAccount> {
  const userId = randomUUID();
  const account = randomUUID();
  await money.accountCreate(account, name);
  await client.query(
    `INSERT INTO app_user (id, email, name, role, password_hash, must_change_password, account) VALUES ($1, $2, $3, 'user', $4, false, $5)`,
    [userId, email, name, await hashPassword(randomBytes(24).toString('base64url')), account],
  );
  await money.auditAppend({
    actor: null,
    action: 'user.create',
    target: `app_user:${userId}`,
    after: { email, role: 'user', by: 'npm run demo' },
  });
  return { email, name, userId, account };
}

async function topUp(
  money: MoneyFunctions,
  account: string,
  { creditNano, floorNano }: Pick<DemoRole, 'creditNano' | 'floorNano'>,
): Promise<void> {
  const balanceNano = parseMoney((await money.balance(account))?.balance ?? '0');
  if (balanceNano >= floorNano) return;
  const amountNano = creditNano - balanceNano;
  const ref = `demo:${randomUUID()}`;
  await money.credit({ account, amountNano, what: 'grant', ref, note: 'Demo credit' });
  await money.auditAppend({
    actor: null,
    action: 'credit.grant',
    target: `account:${account}`,
    after: { amountNano: amountNano.toString(), note: 'Demo credit', by: 'npm run demo' },
  });
}

/** What was used today stays used; the limit lies so far above it. */
async function limitToday(money: MoneyFunctions, account: string, tokens: bigint): Promise<void> {
  const usedToday = BigInt((await money.budget(account))?.daily_used ?? 0);
  const cap = usedToday + tokens;
  await money.setLimit(account, TOKENS_A_DAY, cap);
  await money.auditAppend({
    actor: null,
    action: 'budget.set',
    target: `account:${account}`,
    after: { daily_limit: cap.toString(), by: 'npm run demo' },
  });
}
