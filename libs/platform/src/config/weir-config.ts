import type { Secrets } from './secrets-file.js';

/** Which process asks. `tools` are the launcher and the operators' commands. */
export type WeirProcess = 'gateway' | 'console' | 'worker' | 'tools';

/** `embedded`: everything on this machine. `cluster`: your PostgreSQL and your Redis. */
export type Profile = 'embedded' | 'cluster';

/** A failpoint to arm; see `failpoints/`. */
export type FailpointSpec = string;

/** The settings of one process, checked and typed. `null` = not given. Made only by `loadConfig`. */
export interface WeirConfig extends Secrets {
  readonly process: WeirProcess;
  readonly profile: Profile;
  readonly environment: 'production' | 'development' | 'test';
  /** Address to listen on. */
  readonly host: string;
  /** 0 = chosen by the kernel; likewise the other ports. */
  readonly gatewayPort: number;
  readonly consolePort: number;
  readonly sandboxPort: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** Where SDKs and the console reach the gateway, without `/v1` and without a slash at its end. */
  readonly gatewayUrl: string;
  /** Where browsers reach the console, without a slash at its end. */
  readonly publicUrl: string;
  /** The owner's URL; applications take the role `weir_app` on it. */
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** As Fastify takes it: no proxy, hops, or a comma list of CIDRs. */
  readonly trustProxy: false | number | string;
  /** CIDR or CIDR:port, syntax checked. */
  readonly upstreamAllow: readonly string[];
  /** Requests one gateway runs at once. */
  readonly maxInFlight: number;
  readonly adminEmail: string;
  readonly adminPassword: string | null;
  readonly signup: 'invite' | 'open' | 'off';
  /** ISO 4217 code of the ledger. */
  readonly currency: string;
  readonly journalSync: 'batch' | 'always';
  /** Whether an upstream is read on after its client left, or aborted at once. */
  readonly onDisconnect: 'drain' | 'abort';
  /** Whether the simulated providers run; then they are a provider at the first start. */
  readonly sandbox: boolean;
  /** Nano EUR per token; the first value only. */
  readonly tokenPriceEurNano: bigint;
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly stripe: { readonly secretKey: string; readonly webhookSecret: string } | null;
  readonly metricsToken: string | null;
  readonly otelEndpoint: string | null;
  readonly providerKeys: {
    readonly openai: string | null;
    readonly anthropic: string | null;
    readonly gemini: string | null;
    readonly openrouter: string | null;
  };
  readonly ollamaBaseUrl: string | null;
  /** Failpoints to arm; empty unless FAILPOINTS=1. */
  readonly failpoints: readonly FailpointSpec[];
}

/** What tools see: they may run before there is a database. */
export type ToolsConfig = Omit<WeirConfig, 'databaseUrl'> & { readonly databaseUrl: string | null };
