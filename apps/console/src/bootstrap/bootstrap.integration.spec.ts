import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalog, loadKeyByDigest } from '@weir/data';
import { CredentialBox, digestApiKey, verifyPassword } from '@weir/platform';
import { startTestDatabase, verifyBooks, type TestDatabase } from '@weir/test-kit';
import { seedEnvironmentProviders } from './environment-providers.js';
import { ensureAdmin } from './first-start.js';
import { seedSandbox } from './sandbox-catalog.js';
import { seedTokenPrice } from './token-price.js';

const PEPPER = 'p'.repeat(40);
const KEYS = [randomBytes(32)];

describe('the first start', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await startTestDatabase();
    client = new pg.Client({ connectionString: database.url, options: '-c role=weir_app' });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const admin = (adminPassword: string | null) =>
    ensureAdmin(client, { adminEmail: 'admin@weir.local', adminPassword, keyPepper: PEPPER });
  const row = async () =>
    (
      await client.query(
        'SELECT u.*, nano_text(a.granted_nano) AS granted FROM app_user u JOIN account a ON a.id = u.account',
      )
    ).rows;

  it('makes an admin with a random one-time password, ten units of credit and a key that works', async () => {
    const first = await admin(null);
    expect(first).toMatchObject({ firstStart: true, adminEmail: 'admin@weir.local' });
    expect(first.adminPassword).toMatch(/^[A-Za-z0-9_-]{20}$/);
    const [user] = await row();
    expect(user).toMatchObject({ role: 'admin', must_change_password: true, granted: '10' });
    expect(await verifyPassword(first.adminPassword!, user.password_hash)).toBe(true);
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const key = await loadKeyByDigest(pool, digestApiKey(first.apiKey!, PEPPER));
    await pool.end();
    expect(key).toMatchObject({ account: user.account, enabled: true });
    expect(await verifyBooks(database.url)).toEqual([]);
  });

  it('makes nothing twice and tells no secret again', async () => {
    expect(await admin(null)).toEqual({ firstStart: false, adminEmail: 'admin@weir.local' });
    expect(await row()).toHaveLength(1);
  });

  it('takes a given password while nobody used the printed one, and never after', async () => {
    await admin('given by the operator');
    const [user] = await row();
    expect(user.must_change_password).toBe(false);
    expect(await verifyPassword('given by the operator', user.password_hash)).toBe(true);
    await admin('given again, too late');
    expect(await verifyPassword('given by the operator', (await row())[0].password_hash)).toBe(
      true,
    );
  });

  it('does not ask for a change of a password that the operator gave', async () => {
    const other = await startTestDatabase();
    const fresh = new pg.Client({ connectionString: other.url, options: '-c role=weir_app' });
    await fresh.connect();
    const first = await ensureAdmin(fresh, {
      adminEmail: 'root@example.test',
      adminPassword: 'chosen password',
      keyPepper: PEPPER,
    });
    expect(first.adminPassword).toBeUndefined();
    expect((await fresh.query('SELECT must_change_password FROM app_user')).rows).toEqual([
      { must_change_password: false },
    ]);
    await fresh.end();
    await other.drop();
  });

  it('seeds the sandbox’s models with prices once, and lets its address follow the port', async () => {
    const seed = (sandboxPort: number, sandbox = true) =>
      seedSandbox(client, { sandbox, sandboxPort, secretsKeys: KEYS });
    await seed(4002);
    await client.query(`UPDATE provider SET name = 'renamed by the admin'`);
    await client.query(`UPDATE model SET enabled = false WHERE id = 'sandbox/fast'`);
    await seed(5002);
    const { rows } = await client.query('SELECT * FROM provider ORDER BY slug');
    expect(rows).toEqual([
      expect.objectContaining({
        slug: 'sandbox',
        name: 'renamed by the admin',
        base_url: 'http://127.0.0.1:5002/openai/v1',
        forward_headers: ['x-sandbox-*'],
      }),
      expect.objectContaining({
        kind: 'anthropic',
        base_url: 'http://127.0.0.1:5002/anthropic/v1',
      }),
      expect.objectContaining({ kind: 'gemini', base_url: 'http://127.0.0.1:5002/gemini/v1beta' }),
    ]);
    expect(new CredentialBox(KEYS).open(rows[0].credential, rows[0].id)).toMatch(/^sandbox-/);
    const catalog = await loadCatalog(client);
    expect(catalog.models.map((model) => model.id).sort()).toEqual([
      'sandbox/anthropic-small',
      'sandbox/chat-large',
      'sandbox/chat-small',
      'sandbox/embed',
      'sandbox/exact',
      'sandbox/fast',
      'sandbox/gemini-small',
      'sandbox/reasoner',
    ]);
    expect(catalog.models.find((model) => model.id === 'sandbox/reasoner')?.hiddenOutput).toBe(
      true,
    );
    expect(catalog.models.find((model) => model.id === 'sandbox/fast')?.enabled).toBe(false);
    expect(catalog.prices).toHaveLength(8);
    expect(catalog.prices.find((price) => price.model === 'sandbox/exact')).toMatchObject({
      inputNano: 0n,
      outputNano: 10_000_000_000n,
    });
    const enabled = async () =>
      (await client.query('SELECT enabled FROM provider')).rows.map((one) => one.enabled);
    await seed(5002, false);
    expect(await enabled()).toEqual([false, false, false]);
    await seed(5002);
    expect(await enabled()).toEqual([true, true, true]);
  });

  it('keeps the first token price and the admin’s later ones', async () => {
    await seedTokenPrice(client, 20_000n, 'EUR');
    await seedTokenPrice(client, 99_000n, 'USD');
    expect(
      (await client.query('SELECT price_nano, ledger_rate_nano FROM token_price')).rows,
    ).toEqual([{ price_nano: '20000', ledger_rate_nano: '1000000000' }]);
  });

  it('makes a provider of each vendor’s key that the environment holds', async () => {
    const seed = () =>
      seedEnvironmentProviders(client, {
        providerKeys: {
          openai: 'sk-canary-openai',
          anthropic: null,
          gemini: 'canary-gemini',
          openrouter: null,
        },
        ollamaBaseUrl: 'http://10.0.0.5:11434',
        secretsKeys: KEYS,
      });
    await seed();
    await seed();
    const { rows } = await client.query(
      `SELECT id, slug, base_url, credential, credential_hint FROM provider WHERE slug NOT LIKE 'sandbox%' ORDER BY slug`,
    );
    expect(rows).toEqual([
      expect.objectContaining({
        slug: 'gemini',
        base_url: 'https://generativelanguage.googleapis.com/v1beta',
        credential_hint: 'mini',
      }),
      expect.objectContaining({
        slug: 'ollama',
        base_url: 'http://10.0.0.5:11434/v1',
        credential: null,
      }),
      expect.objectContaining({
        slug: 'openai',
        base_url: 'https://api.openai.com/v1',
        credential_hint: 'enai',
      }),
    ]);
    expect(new CredentialBox(KEYS).open(rows[2].credential, rows[2].id)).toBe('sk-canary-openai');
  });
});
