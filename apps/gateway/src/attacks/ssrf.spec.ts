import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { guardedConnector, type Resolve } from '../forward/guarded-connector.js';
import { ProxyHarness, type UpstreamHandler } from '../testing/proxy-harness.js';
import { answers } from '../testing/wire.js';

let harness: ProxyHarness | null = null;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await harness?.stop();
  harness = null;
  for (const close of closers.splice(0)) await close();
});

/** A service on this machine that nobody may reach through the gateway. */
async function canary(): Promise<{ port: number; hits: string[] }> {
  const hits: string[] = [];
  const server = createServer((req, res) => {
    hits.push(`${req.method ?? ''} ${req.url ?? ''} ${JSON.stringify(req.headers)}`);
    answers()(req, res, Buffer.alloc(0));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address() as AddressInfo;
  return { port: address.port, hits };
}

describe('E-S1: where a request goes is not in its body', () => {
  const fields = {
    api_base: 'http://stolen.example',
    base_url: 'http://stolen.example',
    api_key: 'stolen',
    custom_host: 'stolen.example',
    extra_headers: { authorization: 'Bearer stolen' },
  };
  const messages = [{ role: 'user', content: 'x' }];
  it.each([
    ['/v1/chat/completions', { model: 'm', messages, max_tokens: 9 }],
    ['/v1/completions', { model: 'm', prompt: 'x', max_tokens: 9 }],
    ['/v1/responses', { model: 'm', input: 'x', max_output_tokens: 9 }],
    ['/v1/messages', { model: 'm', messages, max_tokens: 9 }],
    ['/v1/embeddings', { model: 'm', input: 'x' }],
    ['/v1beta/models/m:generateContent', { contents: [{ parts: [{ text: 'x' }] }] }],
  ])('on %s: stripped or refused', async (path, body) => {
    let sent = '';
    const upstream: UpstreamHandler = (req, res, bytes) => {
      sent = `${req.url ?? ''} ${JSON.stringify(req.headers)} ${bytes.toString()}`;
      answers()(req, res, bytes);
    };
    harness = await ProxyHarness.start({ upstreams: [upstream] });
    for (const [name, value] of Object.entries(fields)) {
      sent = '';
      await (await harness.post(path, { ...body, [name]: value })).arrayBuffer();
      expect(sent).not.toContain('stolen');
    }
  });
});

describe('E-S2: addresses that are not public', () => {
  const spellings = (port: number): string[] =>
    [
      '127.0.0.1',
      '127.1',
      '127.0.1',
      '0177.0.0.1',
      '0x7f.0.0.1',
      '0x7f000001',
      '017700000001',
      '2130706433',
      '127.0.0.1.',
      '127.000.000.001',
      '0',
      '0.0.0.0',
      '0000',
      'localhost',
      'localhost.',
      'LOCALHOST',
      '[::1]',
      '[0:0:0:0:0:0:0:1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[0:0:0:0:0:ffff:7f00:1]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[fe80::1]',
      'user:pass@127.0.0.1',
      '127.0.0.1:80@127.0.0.1',
      '%31%32%37.0.0.1',
      '１２７.0.0.1',
      '①②⑦.⓪.⓪.①',
      'ⓛocalhost',
    ].map((host) => `http://${host}:${String(port)}/v1`);

  it('are not reached by any of thirty spellings', async () => {
    const { port, hits } = await canary();
    const bases = spellings(port);
    expect(bases.length).toBeGreaterThanOrEqual(30);
    for (const base of bases) {
      let status = 0;
      try {
        harness = await ProxyHarness.start({ upstreams: [], baseUrls: [base], allow: [] });
        const res = await harness.chat();
        status = res.status;
        const text = await res.text();
        expect(text).not.toContain(String(port));
      } catch {
        // No URL at all for the parser: nothing can be asked of it.
        status = 502;
      }
      await harness?.stop();
      harness = null;
      expect([base, status >= 500 || status === 404]).toEqual([base, true]);
    }
    expect(hits).toEqual([]);
  });

  it.each([
    ['the metadata service', 'http://169.254.169.254/latest/meta-data'],
    ['its name in clouds', 'http://[fd00:ec2::254]/latest'],
    ['a private network', 'http://10.0.0.1/v1'],
    ['a shared one', 'http://100.64.0.1/v1'],
    ['a port that is no web’s', 'http://8.8.8.8:6379/v1'],
    ['a port of mail', 'https://8.8.8.8:25/v1'],
  ])('%s is refused without a packet', async (_what, base) => {
    harness = await ProxyHarness.start({ upstreams: [], baseUrls: [base], allow: [] });
    const res = await harness.chat();
    expect(res.status).toBe(502);
    const text = await res.text();
    for (const part of [base, '169.254', 'fd00', '8.8.8.8', 'UPSTREAM_ALLOW']) {
      expect(text).not.toContain(part);
    }
  });

  it('are not reached when a name’s answer flips between two looks', async () => {
    const { port, hits } = await canary();
    let asked = 0;
    const flips: Resolve = (_hostname, done) => {
      asked += 1;
      // Public when it is looked at, this machine ever after. 192.0.2.1 (documentation) would be refused as well.
      done(null, asked % 2 === 1 ? ['127.0.0.1'] : ['169.254.169.254', '::1', '127.0.0.1']);
    };
    const pool = new Pool(`http://rebind.example:${String(port)}`, {
      connect: guardedConnector({ allow: [], connectMs: 500, resolve: flips }),
    });
    for (let n = 0; n < 6; n += 1) {
      await expect(pool.request({ path: '/', method: 'GET' })).rejects.toThrow('UPSTREAM_ALLOW');
    }
    await pool.destroy();
    expect(asked).toBe(6);
    expect(hits).toEqual([]);
  });

  it('are reached only at the port that was allowed', async () => {
    const { port, hits } = await canary();
    const base = `http://127.0.0.1:${String(port)}/v1`;
    const other = `127.0.0.1:${String(port === 65_535 ? 1 : port + 1)}`;
    harness = await ProxyHarness.start({ upstreams: [], baseUrls: [base], allow: [other] });
    expect((await harness.chat()).status).toBe(502);
    expect(hits).toEqual([]);
    await harness.stop();
    harness = await ProxyHarness.start({
      upstreams: [],
      baseUrls: [base],
      allow: [`127.0.0.1:${String(port)}`],
    });
    expect((await harness.chat()).status).toBe(200);
    expect(hits).toHaveLength(1);
  });
});

describe('E-S3: redirects', () => {
  it.each([300, 301, 302, 303, 304, 305, 307, 308])(
    '%i is a failure, never followed',
    async (status) => {
      const { port, hits } = await canary();
      harness = await ProxyHarness.start({
        upstreams: [
          (_req, res) => {
            res.writeHead(status, { location: `http://127.0.0.1:${String(port)}/v1/steal` });
            res.end();
          },
        ],
      });
      const res = await harness.chat();
      expect(res.status).toBe(502);
      expect(res.headers.get('location')).toBeNull();
      expect(hits).toEqual([]);
      expect(harness.money.onlyRow()).toMatchObject({ source: 'none' });
    },
  );
});
