import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { addressAllowed, type AllowedNetwork } from './address-guard.js';

/** Resolves a name to literal addresses; tests give a resolver that flips its answers. */
export type Resolve = (
  hostname: string,
  done: (error: Error | null, addresses: readonly string[]) => void,
) => void;

/** The address of an upstream is not allowed: never retried on the same endpoint, never shown to clients. */
export class RefusedAddressError extends Error {
  readonly code = 'WEIR_ADDRESS_REFUSED';
}

/** The system's resolver. */
export const resolveBySystem: Resolve = (hostname, done) => {
  lookup(hostname, { all: true, order: 'verbatim' }, (error, addresses) => {
    done(error, error === null ? addresses.map((entry) => entry.address) : []);
  });
};

export interface GuardedConnectorInput {
  readonly allow: readonly AllowedNetwork[];
  readonly connectMs: number;
  readonly resolve: Resolve;
}

/**
 * A connector for undici that resolves, checks, and connects to the checked address itself: the name is
 * never resolved a second time. TLS still verifies the certificate against the name.
 */
export function guardedConnector(input: GuardedConnectorInput): buildConnector.connector {
  const connect = buildConnector({ timeout: input.connectMs, allowH2: false });
  return (options, callback) => {
    const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
    const hostname = options.hostname.replace(/^\[|\]$/g, '');
    const dial = (address: string): void => {
      const named = isIP(hostname) === 0 ? { servername: options.servername ?? hostname } : {};
      connect({ ...options, ...named, hostname: address }, callback);
    };
    if (isIP(hostname) !== 0) {
      if (addressAllowed(hostname, port, input.allow)) dial(hostname);
      else refuse(callback, port);
      return;
    }
    input.resolve(hostname, (error, addresses) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      const allowed = addresses.find((address) => addressAllowed(address, port, input.allow));
      if (allowed === undefined) refuse(callback, port);
      else dial(allowed);
    });
  };
}

function refuse(callback: buildConnector.Callback, port: number): void {
  // Later, as every connect error: undici is still inside its own call here.
  queueMicrotask(() => {
    callback(
      new RefusedAddressError(
        `The upstream's address is not public or port ${String(port)} is not allowed; add it to UPSTREAM_ALLOW.`,
      ),
      null,
    );
  });
}
