// The demo's accounts: made once through the console's API as any administrator would, kept in demo.json.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const NAMES = [
  'Ada',
  'Blaise',
  'Clara',
  'Dmitri',
  'Edith',
  'Farid',
  'Grace',
  'Hiro',
  'Ines',
  'Jonas',
];
/** Credit of an account. The last account gets little, so that refusals are seen too. */
const CREDIT = '25.00';
const SMALL_CREDIT = '0.02';

const dataDir = resolve(ROOT, process.env.WEIR_DATA_DIR ?? '.weir');
const file = join(dataDir, 'demo.json');

/** Accounts with working keys: those of earlier runs, and as many new ones as are missing. */
export async function ensureAccounts({ accounts: wanted, admin, gatewayUrl, consoleUrl }) {
  const state = readState();
  const works = await Promise.all(state.accounts.map((it) => keyWorks(gatewayUrl, it.key)));
  const kept = state.accounts.filter((_, i) => works[i]);
  if (kept.length >= wanted) return kept.slice(0, wanted);

  const token = await adminToken(consoleUrl, {
    email: admin.email ?? state.admin?.email ?? null,
    password: admin.password ?? state.admin?.password ?? null,
  });
  while (kept.length < wanted) {
    const credit = kept.length === wanted - 1 && wanted > 1 ? SMALL_CREDIT : CREDIT;
    kept.push(await createAccount(consoleUrl, token, NAMES[kept.length % NAMES.length], credit));
    writeState({ ...state, accounts: kept });
  }
  return kept;
}

async function createAccount(consoleUrl, adminToken, name, credit) {
  const email = `${name.toLowerCase()}-${randomBytes(3).toString('hex')}@demo.example`;
  const password = randomBytes(18).toString('base64url');
  const user = await call(
    consoleUrl,
    'POST',
    '/api/admin/users',
    { email, password, name },
    adminToken,
  );
  const grant = { amount: credit, note: 'Demo credit' };
  await call(
    consoleUrl,
    'POST',
    `/api/admin/accounts/${user.account.id}/credits`,
    grant,
    adminToken,
  );
  const token = await userToken(consoleUrl, email, password);
  const key = await call(consoleUrl, 'POST', '/api/keys', { label: 'Demo traffic' }, token);
  return { name, email, password, key: key.secret };
}

/** Signs in; a password that must be changed first is changed for one more of our own. */
async function userToken(consoleUrl, email, password) {
  const session = await call(consoleUrl, 'POST', '/api/auth/login', { email, password });
  if (!session.user.must_change_password) return session.access_token;
  const change = { current_password: password, new_password: `${password}.` };
  await call(consoleUrl, 'POST', '/api/me/password', change, session.access_token);
  const again = await call(consoleUrl, 'POST', '/api/auth/login', {
    email,
    password: `${password}.`,
  });
  return again.access_token;
}

async function adminToken(consoleUrl, { email, password }) {
  if (password === null) {
    throw new Error(
      'The demo makes accounts of its own and needs the administrator for it once: ' +
        '`npm run demo -- --admin-email … --admin-password …` (the login that `npm start` printed).',
    );
  }
  const login = { email: email ?? 'admin@weir.local', password };
  const session = await call(consoleUrl, 'POST', '/api/auth/login', login);
  if (session.user.must_change_password) {
    throw new Error(
      `The one-time password must be changed first: sign in at ${consoleUrl} and choose your own, then run the demo with it.`,
    );
  }
  if (session.user.role !== 'admin') throw new Error(`${login.email} is not an administrator.`);
  return session.access_token;
}

/** Whether the gateway takes a key. */
async function keyWorks(gatewayUrl, key) {
  const response = await fetch(`${gatewayUrl}/v1/models`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(10_000),
  });
  await response.body?.cancel();
  return response.ok;
}

async function call(consoleUrl, method, path, body, token) {
  const response = await fetch(consoleUrl + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Error(
    `${method} ${path} answered ${response.status}: ${answer.detail ?? answer.title ?? ''}`,
  );
}

function readState() {
  if (!existsSync(file)) return { accounts: [] };
  try {
    const state = JSON.parse(readFileSync(file, 'utf8'));
    return { ...state, accounts: Array.isArray(state.accounts) ? state.accounts : [] };
  } catch {
    // SyntaxError: half written by a run that was killed. Its accounts stay, new ones are made.
    return { accounts: [] };
  }
}

function writeState(state) {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}
