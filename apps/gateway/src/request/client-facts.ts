import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

/** Accepted correlation ids (E-H2); anything else is replaced. */
const CORRELATION_ID = /^[A-Za-z0-9._-]{1,64}$/;
const USER_AGENT_CHARS_MAX = 300;

/** Which proxies in front of us are believed: none, so many hops, or those of certain networks. */
export type TrustedProxies = false | number | string;

/** Reads who is calling, believing exactly the configured proxies (E-K7). */
export class ClientFacts {
  readonly #hops: number;
  readonly #networks: readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[];
  readonly #truncate: boolean;
  /** One client sends many requests in a row: its answer is kept. */
  #lastAddress = '';
  #lastRecorded: string | null = null;

  constructor(trusted: TrustedProxies, truncateAddresses: boolean) {
    this.#hops = typeof trusted === 'number' ? trusted : 0;
    this.#networks = typeof trusted === 'string' ? trusted.split(',').map(networkOf) : [];
    this.#truncate = truncateAddresses;
  }

  /**
   * The client's address. Of X-Forwarded-For only the entry our own outermost proxy wrote counts; the entries
   * before it are whatever the client liked to send.
   */
  addressOf(req: IncomingMessage): string {
    const direct = plain(req.socket.remoteAddress ?? '');
    if (this.#hops === 0 && this.#networks.length === 0) return direct;
    const header = req.headers['x-forwarded-for'];
    if (header === undefined) return direct;
    const hops = (Array.isArray(header) ? header.join(',') : header).split(',');
    return this.#hops > 0 ? this.#byCount(hops, direct) : this.#byNetwork(hops, direct);
  }

  /** Whether this direct peer is a proxy that we were told to believe. */
  isProxy(address: string): boolean {
    return this.#hops > 0 || this.#trusts(plain(address));
  }

  #byCount(hops: readonly string[], direct: string): string {
    const hop = hops[hops.length - this.#hops]?.trim();
    return hop !== undefined && ipaddr.isValid(hop) ? plain(hop) : direct;
  }

  #byNetwork(hops: readonly string[], direct: string): string {
    let address = direct;
    for (let i = hops.length - 1; i >= 0 && this.#trusts(address); i -= 1) {
      const hop = hops[i]?.trim() ?? '';
      if (!ipaddr.isValid(hop)) return address;
      address = plain(hop);
    }
    return address;
  }

  #trusts(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#networks.some(
      ([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits),
    );
  }

  /** The address as rows keep it: cut to /24 or /48 where the installation asks for that. */
  recordedAddress(address: string): string | null {
    if (address === this.#lastAddress) return this.#lastRecorded;
    this.#lastAddress = address;
    this.#lastRecorded = this.#recorded(address);
    return this.#lastRecorded;
  }

  #recorded(address: string): string | null {
    if (!ipaddr.isValid(address)) return null;
    if (!this.#truncate) return address;
    const parsed = ipaddr.process(address);
    const bytes = parsed.toByteArray();
    const kept = parsed.kind() === 'ipv4' ? 3 : 6;
    return ipaddr.fromByteArray(bytes.map((byte, i) => (i < kept ? byte : 0))).toString();
  }
}

/** IPv4 in IPv6 clothes is IPv4: rules and rows know one spelling. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** A valid incoming `x-request-id`, or null. */
export function correlationIdOf(req: IncomingMessage): string | null {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && CORRELATION_ID.test(given) ? given : null;
}

/** The user agent, cut to what rows keep. */
export function userAgentOf(req: IncomingMessage): string | null {
  const given = req.headers['user-agent'];
  if (given === undefined) return null;
  return given.length > USER_AGENT_CHARS_MAX ? given.slice(0, USER_AGENT_CHARS_MAX) : given;
}

function networkOf(text: string): readonly [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const trimmed = text.trim();
  if (trimmed.includes('/')) return ipaddr.parseCIDR(trimmed);
  const address = ipaddr.parse(trimmed);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
