import { Socket } from 'node:net';
import { apiKeyPrefix, digestApiKey, makeApiKey } from '@weir/platform';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressRules } from '../admit/address-rules.js';
import { KeyDigests } from '../authenticate/key-digests.js';
import { KeyCache } from '../config-cache/key-cache.js';
import { GATEWAY_LIMITS } from '../limits.js';
import { anyKey, KEY, ProxyHarness } from '../testing/proxy-harness.js';
import { answers } from '../testing/wire.js';

let harness: ProxyHarness | null = null;
afterEach(async () => {
  await harness?.stop();
  harness = null;
});

const PEPPER = 'p'.repeat(32);
const socket = new Socket();

describe('E-K1, E-K2: a key is looked up by the digest of the whole of it', () => {
  it('so that what the database stores opens nothing', () => {
    const key = makeApiKey();
    const digests = new KeyDigests(PEPPER);
    const digest = digests.of(socket, key) ?? '';
    expect(digest).toBe(digestApiKey(key, PEPPER));
    for (const stolen of [digest, `weir-sk-${digest}`, apiKeyPrefix(key), digestApiKey(key, '')]) {
      expect(digests.of(socket, stolen)).toBeNull();
    }
  });

  it('so that a guess that is nearly right is no nearer than the rest', () => {
    const key = makeApiKey();
    const digests = new KeyDigests(PEPPER);
    const right = digestApiKey(key, PEPPER);
    // Same prefix, other end: the checksum refuses it before a digest is made at all.
    expect(digests.of(socket, `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
    const other = digests.of(socket, makeApiKey()) ?? '';
    let common = 0;
    while (other[common] === right[common]) common += 1;
    expect(common).toBeLessThan(16);
  });

  it('so that one connection may change its key at any time', () => {
    const digests = new KeyDigests(PEPPER);
    const [one, two] = [makeApiKey(), makeApiKey()];
    for (const key of [one, one, two, one]) {
      expect(digests.of(socket, key)).toBe(digestApiKey(key, PEPPER));
    }
  });
});

describe('E-K5: memory of keys', () => {
  it('stays flat under a hundred thousand guesses', async () => {
    const cache = new KeyCache(() => Promise.resolve(null), GATEWAY_LIMITS);
    for (let n = 0; n < 100_000; n += 1) await cache.load(digestLike(n), n / 1_000);
    expect(cache.unknownSize).toBeLessThanOrEqual(GATEWAY_LIMITS.unknownKeysMax);
    expect(cache.size).toBe(0);
  });

  it('keeps two keys apart that share forty characters', async () => {
    const shared = 'a'.repeat(40);
    const cache = new KeyCache((id) => Promise.resolve(anyKey({ id })), GATEWAY_LIMITS);
    await cache.load(`${shared}x`, 0);
    expect(cache.peek(`${shared}y`, 0)).toBeUndefined();
    expect((await cache.load(`${shared}y`, 0))?.id).toBe(`${shared}y`);
  });
});

describe('E-K6: a key in the query', () => {
  it.each([
    'key',
    'api_key',
    'apikey',
    'api-key',
    'token',
    'access_token',
    'authorization',
    'x-api-key',
    'x-goog-api-key',
  ])('?%s= is no key, on any path', async (name) => {
    harness = await ProxyHarness.start({ upstreams: [answers()] });
    for (const path of [
      '/v1/chat/completions',
      '/v1/messages',
      '/v1/embeddings',
      '/v1beta/models/m:generateContent',
    ]) {
      const res = await fetch(`${harness.url}${path}?${name}=${KEY}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"model":"m","messages":[{"role":"user","content":"x"}]}',
      });
      expect([path, res.status]).toEqual([path, 401]);
      const text = await res.text();
      expect(text).toContain('api_key_required');
      expect(text).not.toContain(KEY);
    }
    const list = await fetch(`${harness.url}/v1/models?${name}=${KEY}`);
    expect(list.status).toBe(401);
    expect(harness.money.begun).toHaveLength(0);
  });
});

describe('E-K7: the address that a key’s lists are held against', () => {
  const only = (cidr: string) => ({
    [KEY]: anyKey({ addressRules: AddressRules.from([cidr], []) }),
  });
  const SPOOFED = '203.0.113.7';

  it.each([
    ['x-forwarded-for', SPOOFED],
    ['x-forwarded-for', `${SPOOFED}, ${SPOOFED}`],
    ['x-real-ip', SPOOFED],
    ['forwarded', `for=${SPOOFED}`],
    ['true-client-ip', SPOOFED],
    ['cf-connecting-ip', SPOOFED],
    ['x-client-ip', SPOOFED],
    ['x-cluster-client-ip', SPOOFED],
  ])('is not what %s: %s says, without a proxy', async (name, value) => {
    harness = await ProxyHarness.start({ upstreams: [answers()], keys: only('203.0.113.0/24') });
    const res = await harness.chat({}, { [name]: value });
    expect(res.status).toBe(403);
    expect(await res.json()).toMatchObject({ error: { code: 'ip_not_allowed' } });
  });

  it.each([
    ['what our proxy wrote, behind one', 1, SPOOFED, 200],
    ['not what the client wrote before it', 1, `${SPOOFED}, 198.51.100.1`, 403],
    ['the second from the end, behind two', 2, `${SPOOFED}, 198.51.100.1`, 200],
    ['what a trusted network wrote', '127.0.0.0/8', SPOOFED, 200],
    ['not what an untrusted hop wrote', '127.0.0.0/8', `${SPOOFED}, 198.51.100.1`, 403],
    [
      'behind a chain of trusted ones',
      '127.0.0.0/8,198.51.100.0/24',
      `${SPOOFED}, 198.51.100.1`,
      200,
    ],
    ['nobody’s where the proxy is another', '192.0.2.1', SPOOFED, 403],
    ['nothing that is no address', 1, 'unknown', 403],
    ['nothing with a port or a name', 1, `${SPOOFED}:80`, 403],
  ] as const)('is %s', async (_what, trustProxy, header, status) => {
    harness = await ProxyHarness.start({
      upstreams: [answers()],
      keys: only('203.0.113.0/24'),
      trustProxy,
    });
    expect((await harness.chat({}, { 'x-forwarded-for': header })).status).toBe(status);
  });

  it.each([
    ['203.0.113.0/24', [], '203.0.113.7', true],
    ['203.0.113.0/24', ['203.0.113.7'], '203.0.113.7', false],
    ['203.0.113.0/24', [], '::ffff:203.0.113.7', true],
    ['2001:db8::/32', [], '2001:db8::1', true],
    ['2001:db8::/32', [], '2001:db9::1', false],
    ['2001:db8::/32', ['2001:db8::/64'], '2001:db8::1', false],
    ['0.0.0.0/0', [], '2001:db8::1', false],
    ['::/0', [], '203.0.113.7', false],
    ['203.0.113.7', [], '203.0.113.8', false],
    ['203.0.113.0/24', [], 'not an address', false],
  ] as const)('allow %s, deny %j: %s may call: %s', (allow, deny, address, may) => {
    expect(AddressRules.from([allow], deny)?.permits(address)).toBe(may);
  });
});

function digestLike(n: number): string {
  return n.toString(16).padStart(64, '0');
}
