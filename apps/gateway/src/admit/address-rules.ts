import ipaddr from 'ipaddr.js';

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * A key's IP lists (decisions §4): with an allow list everything else is refused; an address in both lists
 * is refused. IPv4-mapped addresses are compared as IPv4.
 */
export class AddressRules {
  readonly #allow: readonly Range[];
  readonly #deny: readonly Range[];

  private constructor(allow: readonly Range[], deny: readonly Range[]) {
    this.#allow = allow;
    this.#deny = deny;
  }

  /** Null when both lists are empty, so that the hot path skips the check. */
  static from(allow: readonly string[], deny: readonly string[]): AddressRules | null {
    if (allow.length === 0 && deny.length === 0) return null;
    return new AddressRules(allow.map(parseRange), deny.map(parseRange));
  }

  /** Whether this address may use the key; an unreadable address may not. */
  permits(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    if (this.#deny.some((range) => covers(range, parsed))) return false;
    return this.#allow.length === 0 || this.#allow.some((range) => covers(range, parsed));
  }
}

function parseRange(text: string): Range {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

function covers(range: Range, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return range[0].kind() === address.kind() && address.match(range[0], range[1]);
}
