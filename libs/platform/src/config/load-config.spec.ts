import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';
import { repositoryRoot } from './repository-root.js';
import { renderSettingsTable } from './settings-table.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'weir-config-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig({ WEIR_DATA_DIR: dataDir, ...environment }, 'tools');
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('the settings', () => {
  it('have the documented defaults', () => {
    const config = loadConfig({ WEIR_DATA_DIR: dataDir }, 'tools');
    expect(config).toMatchObject({
      host: '127.0.0.1',
      gatewayPort: 4000,
      consolePort: 4001,
      sandboxPort: 4002,
      gatewayUrl: 'http://127.0.0.1:4000',
      publicUrl: 'http://localhost:4001',
      profile: 'embedded',
      trustProxy: false,
      upstreamAllow: [],
      maxInFlight: 5000,
      currency: 'USD',
      journalSync: 'batch',
      onDisconnect: 'drain',
      sandbox: true,
      tokenPriceEurNano: 20_000n,
      databaseUrl: null,
      stripe: null,
      failpoints: [],
    });
  });

  it('tell every problem at once', () => {
    const problems = problemsOf({
      WEIR_GATEWAY_PORT: 'four thousand',
      WEIR_JOURNAL_SYNC: 'sometimes',
      UPSTREAM_ALLOW: '10.0.0.0/8,10.0.0.0/40',
      DATABASE_URL: 'mysql://there',
    });
    expect(problems).toHaveLength(4);
    expect(problems[0]).toBe(
      'WEIR_GATEWAY_PORT must be a port, 0 to 65535 (it is "four thousand").',
    );
  });

  it('never show the value of a wrong secret', () => {
    expect(problemsOf({ KEY_PEPPER: 'short-secret' })).toEqual([
      'KEY_PEPPER must have at least 32 characters.',
    ]);
  });

  it('refuse two servers on one port', () => {
    expect(problemsOf({ WEIR_CONSOLE_PORT: '4000' })).toEqual([
      'WEIR_CONSOLE_PORT must differ from the other ports (it is "4000").',
    ]);
  });

  it('read a secret from a file, but not from both places', () => {
    const file = join(dataDir, 'pepper');
    writeFileSync(file, `${'p'.repeat(40)}\n`);
    expect(loadConfig({ WEIR_DATA_DIR: dataDir, KEY_PEPPER_FILE: file }, 'tools').keyPepper).toBe(
      'p'.repeat(40),
    );
    expect(problemsOf({ KEY_PEPPER_FILE: file, KEY_PEPPER: 'q'.repeat(40) })).toEqual([
      'KEY_PEPPER and KEY_PEPPER_FILE are both set; keep one.',
    ]);
    expect(problemsOf({ KEY_PEPPER_FILE: join(dataDir, 'absent') })[0]).toMatch(/ENOENT/);
  });

  it('make the secrets once and keep them in a file of mode 0600', () => {
    const first = loadConfig({ WEIR_DATA_DIR: dataDir }, 'tools');
    const second = loadConfig({ WEIR_DATA_DIR: dataDir }, 'tools');
    expect(second.jwtSecrets).toEqual(first.jwtSecrets);
    expect(second.secretsKeys).toEqual(first.secretsKeys);
    expect(first.secretsKeys[0]).toHaveLength(32);
    expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('say which folder cannot be written', () => {
    writeFileSync(join(dataDir, 'file'), '');
    expect(problemsOf({ WEIR_DATA_DIR: join(dataDir, 'file/inside') })).toEqual([
      `WEIR_DATA_DIR ${join(dataDir, 'file/inside')} cannot be written (ENOTDIR); choose another folder or mend its rights.`,
    ]);
  });

  it.runIf(process.platform === 'linux')('give up on a folder that can never be made', () => {
    expect(problemsOf({ WEIR_DATA_DIR: '/proc/nowhere' })[0]).toMatch(/cannot be written/);
  });

  it('want the secrets given in the cluster profile', () => {
    const cluster = { DATABASE_URL: 'postgres://a@b/c', REDIS_URL: 'redis://r' };
    expect(problemsOf(cluster).map((problem) => problem.split(' ')[0])).toEqual([
      'JWT_SECRET',
      'KEY_PEPPER',
      'SECRETS_KEYS',
    ]);
    const given = {
      ...cluster,
      WEIR_DATA_DIR: dataDir,
      JWT_SECRET: `${'n'.repeat(32)},${'o'.repeat(32)}`,
      KEY_PEPPER: 'p'.repeat(32),
      SECRETS_KEYS: Buffer.alloc(32, 7).toString('base64'),
    };
    expect(loadConfig(given, 'gateway')).toMatchObject({
      profile: 'cluster',
      jwtSecrets: ['n'.repeat(32), 'o'.repeat(32)],
    });
  });

  it('need both halves of Stripe', () => {
    expect(problemsOf({ STRIPE_SECRET_KEY: 'sk_test_1' })).toEqual([
      'STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET must be set together.',
    ]);
  });

  it('take networks with and without a port, in both families', () => {
    const allow = '127.0.0.1:4002,10.0.0.0/8,[::1]:11434,fd00::/8,[fd00::]/8:443';
    expect(
      loadConfig({ WEIR_DATA_DIR: dataDir, UPSTREAM_ALLOW: allow }, 'tools').upstreamAllow,
    ).toHaveLength(5);
    expect(problemsOf({ UPSTREAM_ALLOW: 'localhost' })).toHaveLength(1);
    expect(problemsOf({ UPSTREAM_ALLOW: '127.0.0.1:70000' })).toHaveLength(1);
  });

  it('arm failpoints only where they are switched on, and never in production', () => {
    const spec = { WEIR_DATA_DIR: dataDir, WEIR_FAILPOINT: 'FP3:2:kill' };
    expect(loadConfig(spec, 'tools').failpoints).toEqual([]);
    expect(loadConfig({ ...spec, FAILPOINTS: '1' }, 'tools').failpoints).toEqual(['FP3:2:kill']);
    expect(problemsOf({ ...spec, FAILPOINTS: '1', NODE_ENV: 'production' })).toHaveLength(1);
  });

  it('are documented as they are', () => {
    const documented = readFileSync(join(repositoryRoot(), 'docs/reference/settings.md'), 'utf8');
    expect(documented).toBe(renderSettingsTable());
  });
});
