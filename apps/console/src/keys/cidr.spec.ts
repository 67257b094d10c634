import { describe, expect, it } from 'vitest';
import { canonicalCidr } from './cidr.js';

describe('addresses in a key’s lists', () => {
  it.each([
    ['10.0.0.7', '10.0.0.7/32'],
    ['192.168.0.0/16', '192.168.0.0/16'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::ffff:10.0.0.1', '10.0.0.1/32'],
  ])('reads %s as %s', (text, canonical) => {
    expect(canonicalCidr(text)).toBe(canonical);
  });

  it.each([
    '',
    'localhost',
    '10.1',
    '010.0.0.1',
    '10.0.0.1/33',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    'fe80::1%eth0',
    '::1/129',
    '1.2.3.4/',
  ])('refuses %j', (text) => {
    expect(canonicalCidr(text)).toBeNull();
  });
});
