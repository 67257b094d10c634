import { loadCatalog, loadKeyByDigest, type CatalogProvider } from '@weir/data';
import type { CredentialBox, PgBus } from '@weir/platform';
import type pg from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { UpstreamPools } from '../forward/upstream-pools.js';
import type { GatewayLimits } from '../limits.js';
import { ConfigFreshness } from './config-freshness.js';
import { KeyCache } from './key-cache.js';
import { keyEntryOf } from './key-entry.js';
import { ServedCatalog } from './served-catalog.js';

export interface ConfigKeeperInput {
  readonly pool: pg.Pool;
  readonly bus: PgBus;
  readonly box: CredentialBox;
  readonly pools: UpstreamPools;
  readonly limits: GatewayLimits;
  readonly logger: Logger;
}

const noticeSchema = z.object({ t: z.string(), id: z.string().nullish() });

/** Tables whose change makes a new catalogue. */
const CATALOG_TABLES: ReadonlySet<string> = new Set([
  'provider',
  'model',
  'endpoint',
  'price',
  'token_price',
  'setting',
]);

const RELOAD_RETRY_MS = 1_000;

/**
 * Keeps keys and catalogue in memory as PostgreSQL has them. A change is heard by NOTIFY; what was missed shows
 * in `config_version.seq`, which every beat reports and which is polled while LISTEN is broken.
 */
export class ConfigKeeper {
  /** The catalogue of now; null until the first was read. */
  current: ServedCatalog | null = null;
  readonly keys: KeyCache;
  readonly freshness: ConfigFreshness;
  readonly #input: ConfigKeeperInput;
  #timer: NodeJS.Timeout | null = null;
  #reloading = false;
  #reloadAgain = false;
  #polling = false;

  constructor(input: ConfigKeeperInput) {
    this.#input = input;
    this.freshness = new ConfigFreshness(performance.now(), input.limits.staleMs);
    this.keys = new KeyCache(async (digest) => {
      const key = await loadKeyByDigest(input.pool, digest);
      return key === null ? null : keyEntryOf(key);
    }, input.limits);
  }

  /** Reads the catalogue and begins to listen. Rejects when PostgreSQL cannot be asked. */
  async start(): Promise<void> {
    const { bus, limits } = this.#input;
    await bus.subscribe('weir_config', (payload) => {
      this.#noticed(payload);
    });
    bus.on('reconnected', () => {
      this.#forgetEverything();
    });
    await this.#load();
    // The sequence that later beats are compared with.
    if (this.current !== null) this.sequenceSeen(this.current.configSeq);
    this.#timer = setInterval(() => {
      this.#confirm();
    }, limits.pollMs);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** A beat reported `config_version.seq`. */
  sequenceSeen(sequence: bigint): void {
    if (this.freshness.sequenceSeen(sequence, performance.now())) this.#forgetEverything();
  }

  #noticed(payload: unknown): void {
    const notice = noticeSchema.safeParse(payload);
    this.freshness.noticed();
    if (!notice.success) {
      this.#forgetEverything();
      return;
    }
    const { t: table, id } = notice.data;
    if (CATALOG_TABLES.has(table)) this.#reload();
    else if (table === 'api_key' && typeof id === 'string') this.keys.forget(id);
    else if (table === 'account' && typeof id === 'string') this.keys.forgetAccount(id);
    else if (table === 'allowance_limit' && typeof id === 'string') {
      // The owner is a key or an account; ids are never shared between the two.
      this.keys.forget(id);
      this.keys.forgetAccount(id);
    } else this.keys.forgetAll();
  }

  #forgetEverything(): void {
    this.keys.forgetAll();
    this.#reload();
  }

  /** Runs each half second: a working LISTEN confirms, a broken one is replaced by asking. */
  #confirm(): void {
    if (this.#input.bus.healthy) {
      this.freshness.listening(performance.now());
      return;
    }
    if (this.#polling) return;
    this.#polling = true;
    this.#input.pool
      .query<{ seq: string }>({ name: 'config-seq', text: 'SELECT seq::text FROM config_version' })
      .then(
        ({ rows }) => {
          const seq = rows[0]?.seq;
          if (seq !== undefined) this.sequenceSeen(BigInt(seq));
        },
        () => {
          // PostgreSQL does not answer: what is cached serves until it is stale.
        },
      )
      .finally(() => {
        this.#polling = false;
      });
  }

  #reload(): void {
    if (this.#reloading) {
      this.#reloadAgain = true;
      return;
    }
    this.#reloading = true;
    this.#load().then(
      () => {
        this.#reloading = false;
        if (!this.#reloadAgain) return;
        this.#reloadAgain = false;
        this.#reload();
      },
      (error: unknown) => {
        // The old catalogue serves on; freshness decides for how long.
        this.#input.logger.warn({ err: error }, 'the catalogue could not be read');
        setTimeout(() => {
          this.#reloading = false;
          this.#reload();
        }, RELOAD_RETRY_MS).unref();
      },
    );
  }

  async #load(): Promise<void> {
    const { pool, pools } = this.#input;
    const catalog = await loadCatalog(pool);
    const served = new ServedCatalog({
      catalog,
      poolOf: (origin) => pools.of(origin),
      unseal: (provider) => this.#unseal(provider),
    });
    this.current = served;
    pools.keepOnly(served.origins);
  }

  #unseal(provider: CatalogProvider): string | null {
    if (provider.credential === null) return null;
    try {
      return this.#input.box.open(provider.credential, provider.id);
    } catch (error) {
      // CredentialError: sealed by a key we do not have. The provider will answer 401, which fails over.
      this.#input.logger.error({ err: error, provider: provider.slug }, 'credential does not open');
      return null;
    }
  }
}
