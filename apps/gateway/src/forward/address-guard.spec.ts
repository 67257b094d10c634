import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Pool } from 'undici';
import { describe, expect, it } from 'vitest';
import { addressAllowed, parseAllowedNetwork } from './address-guard.js';
import { guardedConnector, type Resolve } from './guarded-connector.js';

const refused = [
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.5.4',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '192.0.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd12::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:169.254.169.254',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  '0177.0.0.1',
  '0x7f.1',
  '2130706433',
  'localhost',
  'localhost.',
  '',
];

describe('the address guard', () => {
  it.each(refused)('refuses %s', (address) => {
    expect(addressAllowed(address, 443, [])).toBe(false);
  });

  it.each([
    ['8.8.8.8', 443, true],
    ['8.8.8.8', 80, true],
    ['8.8.8.8', 6379, false],
    ['2606:4700::1111', 443, true],
  ] as const)('takes a public address by its port: %s:%i', (address, port, allowed) => {
    expect(addressAllowed(address, port, [])).toBe(allowed);
  });

  it.each([
    ['127.0.0.1/32:4002', '127.0.0.1', 4002, true],
    ['127.0.0.1:4002', '127.0.0.1', 4002, true],
    ['127.0.0.1/32:4002', '127.0.0.1', 4003, false],
    ['127.0.0.1/32:4002', '::ffff:127.0.0.1', 4002, true],
    ['10.0.0.0/8', '10.9.8.7', 11434, true],
    ['10.0.0.0/8', '11.9.8.7', 11434, false],
    ['[::1]:8080', '::1', 8080, true],
    ['fd00::/8', 'fd00::5', 1, true],
  ] as const)('%s lets %s:%i pass: %s', (entry, address, port, allowed) => {
    expect(addressAllowed(address, port, [parseAllowedNetwork(entry)])).toBe(allowed);
  });

  it.each(['nonsense', '10.0.0.0/33', '10.0.0.1:99999', 'example.com', '300.1.1.1'])(
    'refuses to read the entry "%s"',
    (entry) => {
      expect(() => parseAllowedNetwork(entry)).toThrow('UPSTREAM_ALLOW');
    },
  );
});

describe('a connection to an upstream', () => {
  it('goes to the very address that was checked, even when the name’s answer flips', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port }: AddressInfo = addressOf(server);
    let asked = 0;
    // First a public address, then the loopback the attacker wants: each connect asks and checks once.
    const flips: Resolve = (_hostname, done) => {
      asked += 1;
      done(null, ['127.0.0.1']);
    };
    const pool = new Pool(`http://rebinding.example:${String(port)}`, {
      connect: guardedConnector({ allow: [], connectMs: 500, resolve: flips }),
    });
    await expect(pool.request({ path: '/', method: 'GET' })).rejects.toThrow('UPSTREAM_ALLOW');
    await expect(pool.request({ path: '/', method: 'GET' })).rejects.toThrow('UPSTREAM_ALLOW');
    expect(asked).toBe(2);
    expect(connections).toBe(0);
    await pool.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('skips refused answers of a name that also has an allowed one', async () => {
    const server = createHttpServer((_req, res) => res.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = addressOf(server);
    const both: Resolve = (_hostname, done) => {
      done(null, ['169.254.169.254', '127.0.0.1']);
    };
    const pool = new Pool(`http://both.example:${String(port)}`, {
      connect: guardedConnector({
        allow: [parseAllowedNetwork(`127.0.0.1:${String(port)}`)],
        connectMs: 500,
        resolve: both,
      }),
    });
    const { statusCode } = await pool.request({ path: '/', method: 'GET' });
    expect(statusCode).toBe(200);
    await pool.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address;
}
