import { randomUUID } from 'node:crypto';
import type { BucketUse } from '@weir/domain';
import { LimitGrant } from './limit-grant.js';
import type { KeyLimits } from './limit-rules.js';
import { rateStateOf, refusalOf, type LimitRefusal, type Verdict } from './limit-verdict.js';
import { LocalCounters } from './local-counters.js';

/** Counters that several gateways share. Every call may fail; none takes longer than its deadline. */
export interface SharedCounters {
  /** Whether it answers, as far as is known. */
  readonly up: boolean;
  /** Raised each time it comes (back): what it holds then may be old or nothing. */
  readonly generation: number;
  /** Makes the lasting windows at least what the request rows say. */
  seed(limits: KeyLimits, minutes: readonly BucketUse[]): Promise<void>;
  /** Counts a request on every rule or on none; null = a lasting window is missing and has to be seeded first. */
  enter(limits: KeyLimits, slot: string, tokens: number): Promise<Verdict | null>;
  /** Gives back the slot and corrects what was counted; its failure is not told. */
  leave(grant: LimitGrant, deltas: readonly number[]): void;
}

/** Requests that a key sent upstream since an instant, per minute of 1970; the newest `max` of them. */
export type ReadHistory = (key: string, sinceMs: number, max: number) => Promise<BucketUse[]>;

export interface KeyLimiterInput {
  /** The database's clock, ms since 1970. */
  readonly nowMs: () => number;
  readonly readHistory: ReadHistory;
  /** Null where this gateway counts for itself. */
  readonly shared: SharedCounters | null;
}

/** What happened to a request at its key's limits. */
export type Entry = LimitGrant | LimitRefusal;

/**
 * The limits of keys and tiers. With Redis they are exact over all gateways and cost one round trip; without, or
 * while it is away, they are exact in this process and cost none. What Redis admits is counted here as well, so
 * that its loss does not forget the minute that runs. Windows of hours and days are read back from the request
 * rows, once per key and process, and again whenever Redis comes or goes.
 */
export class KeyLimiter {
  readonly #local = new LocalCounters();
  readonly #input: KeyLimiterInput;
  /** Keys whose lasting windows Redis was given in this generation of it. */
  readonly #seeded = new Map<string, number>();
  readonly #reading = new Map<string, Promise<BucketUse[]>>();

  constructor(input: KeyLimiterInput) {
    this.#input = input;
  }

  /**
   * Counts a request that may use `tokens`, or says what refuses it. Each grant is given back once by `leave`.
   * A promise where Redis or PostgreSQL has to be asked; it rejects when a lasting window cannot be read.
   */
  enter(limits: KeyLimits, tokens: number): Entry | Promise<Entry> {
    if (this.#input.shared?.up === true) return this.#enterShared(limits, tokens);
    return this.#enterLocal(limits, tokens);
  }

  /** The request has ended. `sent` = it went upstream; else it does not count against the lasting windows. */
  leave(grant: LimitGrant, sent: boolean): void {
    const { limits, tokensReserved, tokensSpent, buckets, sharedBuckets } = grant;
    const deltas = limits.rules.map((rule) => {
      if (rule.measure === 'tokens') return tokensSpent - tokensReserved;
      return rule.lasting && !sent ? -1 : 0;
    });
    limits.rules.forEach((rule, i) => {
      const delta = deltas[i] ?? 0;
      if (rule.measure === 'running') this.#local.left(rule);
      else if (delta !== 0) this.#local.correct(rule, buckets[i] ?? 0, delta);
    });
    if (sharedBuckets !== null) this.#input.shared?.leave(grant, deltas);
  }

  /** Forgets keys that have been quiet for ten minutes. */
  sweep(): void {
    this.#local.sweep(this.#input.nowMs());
    const generation = this.#input.shared?.generation ?? 0;
    for (const [key, seeded] of this.#seeded) if (seeded !== generation) this.#seeded.delete(key);
  }

  #enterLocal(limits: KeyLimits, tokens: number): Entry | Promise<Entry> {
    const history = this.#input.shared?.generation ?? 0;
    if (this.#local.hasHistory(limits, history)) return this.#decideLocally(limits, tokens);
    return this.#read(limits).then((minutes) => {
      this.#local.adopt(limits, minutes, history, this.#input.nowMs());
      return this.#decideLocally(limits, tokens);
    });
  }

  #decideLocally(limits: KeyLimits, tokens: number): Entry {
    const nowMs = this.#input.nowMs();
    const verdict = this.#local.enter(limits, tokens, nowMs);
    if (!verdict.admitted) return refusalOf(limits, verdict, tokens, nowMs);
    const state = rateStateOf(limits, verdict, nowMs);
    return new LimitGrant({
      limits,
      slot: '',
      tokensReserved: tokens,
      buckets: verdict.buckets,
      sharedBuckets: null,
      state,
    });
  }

  async #enterShared(limits: KeyLimits, tokens: number): Promise<Entry> {
    const { shared, nowMs } = this.#input;
    if (shared === null) return this.#enterLocal(limits, tokens);
    const slot = randomUUID();
    let verdict: Verdict;
    try {
      verdict = await this.#askShared(shared, limits, slot, tokens);
    } catch {
      // Redis went away or is late: this process counts for itself until it is back (F5).
      return this.#enterLocal(limits, tokens);
    }
    const atMs = nowMs();
    if (!verdict.admitted) return refusalOf(limits, verdict, tokens, atMs);
    const buckets = this.#local.count(limits, tokens, atMs);
    const state = rateStateOf(limits, verdict, atMs);
    return new LimitGrant({
      limits,
      slot,
      tokensReserved: tokens,
      buckets,
      sharedBuckets: verdict.buckets,
      state,
    });
  }

  async #askShared(
    shared: SharedCounters,
    limits: KeyLimits,
    slot: string,
    tokens: number,
  ): Promise<Verdict> {
    const { generation } = shared;
    if (limits.lastingMs > 0 && this.#seeded.get(limits.key) !== generation) {
      await this.#seed(shared, limits, generation);
    }
    const verdict = await shared.enter(limits, slot, tokens);
    if (verdict !== null) return verdict;
    // Somebody emptied Redis (FLUSHALL) without its going away.
    await this.#seed(shared, limits, generation);
    const again = await shared.enter(limits, slot, tokens);
    if (again === null) throw new Error('Redis does not keep what it is given.');
    return again;
  }

  async #seed(shared: SharedCounters, limits: KeyLimits, generation: number): Promise<void> {
    await shared.seed(limits, await this.#read(limits));
    this.#seeded.set(limits.key, generation);
  }

  /** Requests that come at once share one question. */
  #read(limits: KeyLimits): Promise<BucketUse[]> {
    const reading = this.#reading.get(limits.key);
    if (reading !== undefined) return reading;
    const { key, lastingMs, lastingMax } = limits;
    const { nowMs, readHistory } = this.#input;
    const asked = readHistory(key, nowMs() - lastingMs, lastingMax).finally(() => {
      this.#reading.delete(key);
    });
    this.#reading.set(key, asked);
    return asked;
  }
}
