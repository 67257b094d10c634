import type { GatewayLimits } from '../limits.js';
import type { KeyEntry } from './key-entry.js';

/** Reads one key by the digest of its secret; null = there is none. Rejects when PostgreSQL cannot answer. */
export type LoadKey = (digest: string) => Promise<KeyEntry | null>;

/** Too many look-ups wait for PostgreSQL already. */
export class LookupsExhaustedError extends Error {}

/**
 * Keys by the full digest of their secret (E-K5), so that two keys can never share an entry. Positive and
 * negative answers are bounded; the oldest leaves first. An answer that was on its way while something was
 * invalidated is used once but not kept: it may already be out of date.
 */
export class KeyCache {
  readonly #entries = new Map<string, KeyEntry>();
  readonly #digestById = new Map<string, string>();
  readonly #unknownUntilMs = new Map<string, number>();
  readonly #pending = new Map<string, Promise<KeyEntry | null>>();
  readonly #load: LoadKey;
  readonly #limits: Pick<
    GatewayLimits,
    'keysMax' | 'unknownKeysMax' | 'unknownKeyMs' | 'lookupsMax'
  >;
  #invalidations = 0;

  constructor(
    load: LoadKey,
    limits: Pick<GatewayLimits, 'keysMax' | 'unknownKeysMax' | 'unknownKeyMs' | 'lookupsMax'>,
  ) {
    this.#load = load;
    this.#limits = limits;
  }

  /** The entry, null = known to be unknown, undefined = ask `load`. */
  peek(digest: string, nowMs: number): KeyEntry | null | undefined {
    const entry = this.#entries.get(digest);
    if (entry !== undefined) return entry;
    const until = this.#unknownUntilMs.get(digest);
    if (until === undefined) return undefined;
    if (until > nowMs) return null;
    this.#unknownUntilMs.delete(digest);
    return undefined;
  }

  /** Asks PostgreSQL; equal digests share one question. */
  load(digest: string, nowMs: number): Promise<KeyEntry | null> {
    const pending = this.#pending.get(digest);
    if (pending !== undefined) return pending;
    if (this.#pending.size >= this.#limits.lookupsMax) {
      return Promise.reject(new LookupsExhaustedError('Too many key look-ups are waiting.'));
    }
    const question = this.#ask(digest, nowMs).finally(() => {
      this.#pending.delete(digest);
    });
    this.#pending.set(digest, question);
    return question;
  }

  async #ask(digest: string, nowMs: number): Promise<KeyEntry | null> {
    const asked = this.#invalidations;
    const entry = await this.#load(digest);
    if (this.#invalidations !== asked) return this.#load(digest);
    if (entry === null) {
      evictOldest(this.#unknownUntilMs, this.#limits.unknownKeysMax);
      this.#unknownUntilMs.set(digest, nowMs + this.#limits.unknownKeyMs);
      return null;
    }
    const evicted = evictOldest(this.#entries, this.#limits.keysMax);
    if (evicted !== undefined) this.#digestById.delete(evicted.id);
    this.#entries.set(digest, entry);
    this.#digestById.set(entry.id, digest);
    return entry;
  }

  /** Key `id` changed or appeared. */
  forget(id: string): void {
    this.#invalidations += 1;
    this.#unknownUntilMs.clear();
    const digest = this.#digestById.get(id);
    if (digest === undefined) return;
    this.#digestById.delete(id);
    this.#entries.delete(digest);
  }

  /** Something that several keys inherit changed: account, tier, template, limits of an account. */
  forgetAccount(account: string): void {
    this.#invalidations += 1;
    for (const [digest, entry] of this.#entries) {
      if (entry.account !== account) continue;
      this.#entries.delete(digest);
      this.#digestById.delete(entry.id);
    }
  }

  /** Changes went by unnoticed, or one concerns everything. */
  forgetAll(): void {
    this.#invalidations += 1;
    this.#entries.clear();
    this.#digestById.clear();
    this.#unknownUntilMs.clear();
  }

  /** Warm keys. */
  get size(): number {
    return this.#entries.size;
  }

  /** Remembered unknown digests. */
  get unknownSize(): number {
    return this.#unknownUntilMs.size;
  }
}

/** Makes room for one more; answers what left. */
function evictOldest<V>(map: Map<string, V>, max: number): V | undefined {
  if (map.size < max) return undefined;
  const oldest = map.entries().next();
  if (oldest.done === true) return undefined;
  map.delete(oldest.value[0]);
  return oldest.value[1];
}
