import ipaddr from 'ipaddr.js';

/**
 * An address or CIDR range in its canonical form (`10.0.0.7` → `10.0.0.7/32`), or null. Short forms such as
 * `10.1` and octal octets are refused: what they mean depends on who reads them.
 */
export function canonicalCidr(text: string): string | null {
  const [address = '', ...rest] = text.trim().split('/');
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return null;
  if (address.includes('%')) return null;
  const parsed = ipaddr.process(address);
  const bitsMax = parsed.kind() === 'ipv4' ? 32 : 128;
  if (rest.length === 0) return `${parsed.toString()}/${bitsMax}`;
  const bits = /^\d{1,3}$/.test(rest[0] ?? '') && rest.length === 1 ? Number(rest[0]) : NaN;
  return bits >= 0 && bits <= bitsMax ? `${parsed.toString()}/${bits}` : null;
}
