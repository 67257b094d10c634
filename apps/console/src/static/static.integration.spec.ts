import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '@weir/test-kit';
import { ConsoleHarness } from '../testing/console-harness.js';

const INDEX =
  '<!doctype html><html><head><base href="/"><link rel="stylesheet" href="styles-ABCDEFGH.css"></head><body><app-root ngCspNonce="__CSP_NONCE__"></app-root><script src="main-ABCDEFGH.js" type="module"></script></body></html>';

describe('the dashboard’s files', () => {
  let harness: ConsoleHarness;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weir-dashboard-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), INDEX);
    writeFileSync(join(folder, 'main-ABCDEFGH.js'), `console.log(${'1+'.repeat(2_000)}1)`);
    writeFileSync(join(folder, 'assets/logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    harness = await ConsoleHarness.start(await startTestDatabase(), { dashboardDir: folder });
  });
  afterAll(async () => {
    await harness.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    '/',
    '/dashboard',
    '/user/dashboard',
    '/user/usage',
    '/dashboard/transactions/gen_1',
    '/docs/api',
    '/index.html',
  ])('answers the page at %s', async (path) => {
    const { status, headers, body } = await harness.call('GET', path);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    expect(body).toContain('src="/main-ABCDEFGH.js"');
    expect(body).not.toContain('<base');
  });

  it('gives each page a nonce of its own, in the policy and in the page', async () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 3; i += 1) {
      const { headers, body } = await harness.call('GET', '/');
      const policy = headers.get('content-security-policy') ?? '';
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(body).toContain(`ngCspNonce="${nonce}"`);
      for (const directive of [
        "default-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        `connect-src 'self' ${harness.url.replace('http', 'ws')}`,
      ])
        expect(policy).toContain(directive);
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(3);
  });

  it.each([
    '/api',
    '/api/nothing',
    '/api/keysx/1',
    '/user/api/nothing',
    '/metrics/x',
    '/healthz/x',
    '/missing.js',
    '/assets/../../etc/passwd.txt',
    '/%2e%2e/%2e%2e/etc/passwd.txt',
  ])('never answers the page at %s', async (path) => {
    const { status, body } = await harness.call('GET', path);
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  it('never answers the page to anything but GET', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
      expect((await harness.call(method, '/dashboard')).status, method).toBe(404);
    expect((await harness.call('POST', '/user/alerts', { body: { enabled: true } })).status).toBe(
      401,
    );
  });

  it('keeps hashed files for ever, others until they change, and compresses', async () => {
    const script = await harness.call('GET', '/main-ABCDEFGH.js', {
      headers: { 'accept-encoding': 'br' },
    });
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-encoding')).toBe('br');
    expect(script.body).toContain('1+1');
    const logo = await harness.call('GET', '/assets/logo.svg');
    expect([logo.headers.get('content-type'), logo.headers.get('cache-control')]).toEqual([
      'image/svg+xml',
      'no-cache',
    ]);
    expect(
      (
        await harness.call('GET', '/assets/logo.svg', {
          headers: { 'if-none-match': logo.headers.get('etag') ?? '' },
        })
      ).status,
    ).toBe(304);
  });
});
