import { join } from 'node:path';
import { repositoryRoot, type WeirConfig } from '@weir/platform';

/**
 * What the console needs to know, taken from the installation's configuration in one place. Tests give their
 * own; nothing else in this app reads the environment.
 */
export interface ConsoleSettings {
  readonly host: string;
  /** 0 = one chosen by the kernel. */
  readonly port: number;
  /** Where browsers reach the console, without a trailing slash. */
  readonly publicUrl: string;
  /** Where SDKs reach the gateway, without `/v1`. */
  readonly gatewayUrl: string;
  /** Owner's URL; connections switch to the restricted role. */
  readonly databaseUrl: string;
  /** Present in the cluster profile. */
  readonly redisUrl: string | null;
  /** ISO 4217 code of the ledger. */
  readonly currency: string;
  /** Hops of trusted proxies before the client's address; false = none. */
  readonly trustProxy: boolean | number | string;
  /** At least 256 bit; the newest signs, all verify. */
  readonly jwtSecrets: readonly string[];
  /** Keys the digests of API keys. */
  readonly keyPepper: string;
  /** 32 bytes each, newest first: seal providers' credentials. */
  readonly secretsKeys: readonly Buffer[];
  /** Needed to read `/metrics` from elsewhere than this machine; null = not from elsewhere. */
  readonly metricsToken: string | null;
  /** Tries to reach PostgreSQL at start, 500 ms apart. */
  readonly connectAttempts: number;
  /** Folder of the built dashboard. */
  readonly dashboardDir: string;
}

/** What the installation's configuration says. */
export const settingsOf = (config: WeirConfig): ConsoleSettings => ({
  host: config.host,
  port: config.consolePort,
  publicUrl: config.publicUrl,
  gatewayUrl: config.gatewayUrl,
  databaseUrl: config.databaseUrl,
  redisUrl: config.redisUrl,
  currency: config.currency,
  trustProxy: config.trustProxy,
  jwtSecrets: config.jwtSecrets,
  keyPepper: config.keyPepper,
  secretsKeys: config.secretsKeys,
  metricsToken: config.metricsToken,
  connectAttempts: 20,
  dashboardDir: join(repositoryRoot(), 'apps/dashboard/dist/browser'),
});

/** Injection token of {@link ConsoleSettings}. */
export const SETTINGS = Symbol('console settings');
