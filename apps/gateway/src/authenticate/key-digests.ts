import type { Socket } from 'node:net';
import { digestApiKey, isApiKeyShaped } from '@weir/platform';

interface Remembered {
  readonly secret: string;
  readonly digest: string;
}

/**
 * Digests of keys' secrets. SDKs keep their connections open and send the same key each time, so the last
 * digest is remembered with its connection: it dies with it, and no list of secrets ever exists.
 */
export class KeyDigests {
  readonly #pepper: string;
  readonly #bySocket = new WeakMap<Socket, Remembered>();

  constructor(pepper: string) {
    this.#pepper = pepper;
  }

  /** The digest, or null for a text that cannot be one of our keys. */
  of(socket: Socket, secret: string): string | null {
    const remembered = this.#bySocket.get(socket);
    if (remembered !== undefined && remembered.secret === secret) return remembered.digest;
    if (!isApiKeyShaped(secret)) return null;
    const digest = digestApiKey(secret, this.#pepper);
    this.#bySocket.set(socket, { secret, digest });
    return digest;
  }
}
