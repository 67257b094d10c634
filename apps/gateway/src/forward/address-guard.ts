import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Which addresses an upstream may have (E-S2). Everything that is not public unicast is refused unless an
 * entry of UPSTREAM_ALLOW covers it. The check runs on the very address the socket then connects to, at each
 * connect, so a DNS answer that flips between check and use gains nothing.
 */

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** One entry of UPSTREAM_ALLOW: a network and, if given, the only port. */
export interface AllowedNetwork {
  readonly network: Address;
  readonly bits: number;
  /** Null = every port. */
  readonly port: number | null;
}

/** Ports a public provider may be reached at without an entry of its own. */
const PUBLIC_PORTS: ReadonlySet<number> = new Set([80, 443]);

/**
 * Reads `CIDR`, `CIDR:port`, `address:port` or `[v6]:port`.
 * Throws a sentence naming the entry that is wrong: a mistyped allow-list must not open or close anything silently.
 */
export function parseAllowedNetwork(entry: string): AllowedNetwork {
  const match = /^(?:\[([^\]]+)\]|([^[\]]+?))(?:\/(\d{1,3}))?(?::(\d{1,5}))?$/.exec(entry.trim());
  const text = match?.[1] ?? match?.[2];
  const wrong = `UPSTREAM_ALLOW: "${entry}" is not a CIDR or CIDR:port.`;
  if (match === null || text === undefined) throw new Error(wrong);
  const direct = parseV6WithoutPort(entry.trim());
  if (direct !== null) return direct;
  if (!ipaddr.isValid(text)) throw new Error(wrong);
  const network = ipaddr.parse(text);
  const widest = network.kind() === 'ipv4' ? 32 : 128;
  const bits = match[3] === undefined ? widest : Number(match[3]);
  const port = match[4] === undefined ? null : Number(match[4]);
  if (bits > widest || (port !== null && (port < 1 || port > 65_535))) throw new Error(wrong);
  return { network, bits, port };
}

/** `fd00::/8` and `::1` have colons of their own: without brackets they carry no port. */
function parseV6WithoutPort(entry: string): AllowedNetwork | null {
  const [address = '', bits] = entry.split('/');
  if (isIP(address) !== 6) return null;
  const width = bits === undefined ? 128 : Number(bits);
  if (!Number.isInteger(width) || width < 0 || width > 128) return null;
  return { network: ipaddr.parse(address), bits: width, port: null };
}

/** ::ffff:a.b.c.d is the IPv4 host a.b.c.d, whatever it is called. */
function unmapped(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()
    ? address.toIPv4Address()
    : address;
}

/** Whether a socket may be opened to this literal address and port. */
export function addressAllowed(
  literal: string,
  port: number,
  allow: readonly AllowedNetwork[],
): boolean {
  if (isIP(literal) === 0 || literal.includes('%')) return false;
  const address = unmapped(ipaddr.parse(literal));
  for (const entry of allow) {
    if (entry.port !== null && entry.port !== port) continue;
    const network = unmapped(entry.network);
    if (network.kind() === address.kind() && address.match(network, entry.bits)) return true;
  }
  return address.range() === 'unicast' && PUBLIC_PORTS.has(port);
}
