import { Pool } from 'undici';
import type { GatewayLimits } from '../limits.js';
import type { AllowedNetwork } from './address-guard.js';
import { guardedConnector, resolveBySystem, type Resolve } from './guarded-connector.js';

export interface UpstreamPoolsInput {
  readonly allow: readonly AllowedNetwork[];
  readonly limits: GatewayLimits;
  readonly resolve?: Resolve;
}

/** Anthropic and OpenAI keep idle connections for minutes; ours close first. */
const KEEP_ALIVE_MS = 30_000;
const RESPONSE_HEADER_BYTES_MAX = 64 * 1024;

/**
 * One connection pool per origin. Timers are off: one sweep watches all requests, which is cheaper than two
 * timers per request and knows when a pause is our own. Pools of origins that left the catalogue are closed
 * when their requests have ended.
 */
export class UpstreamPools {
  readonly #pools = new Map<string, Pool>();
  readonly #input: UpstreamPoolsInput;

  constructor(input: UpstreamPoolsInput) {
    this.#input = input;
  }

  /** The pool of an origin such as `https://api.openai.com`. */
  of(origin: string): Pool {
    const found = this.#pools.get(origin);
    if (found !== undefined) return found;
    const { allow, limits, resolve } = this.#input;
    const pool = new Pool(origin, {
      connections: limits.connectionsPerEndpoint,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: RESPONSE_HEADER_BYTES_MAX,
      connect: guardedConnector({
        allow,
        connectMs: limits.connectMs,
        resolve: resolve ?? resolveBySystem,
      }),
    });
    this.#pools.set(origin, pool);
    return pool;
  }

  /** Closes pools whose origin is no longer used; running requests end first. */
  keepOnly(origins: ReadonlySet<string>): void {
    for (const [origin, pool] of this.#pools) {
      if (origins.has(origin)) continue;
      this.#pools.delete(origin);
      // Closing waits for running requests and cannot fail otherwise.
      void pool.close();
    }
  }

  /** Ends every connection at once. */
  async destroy(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }
}
