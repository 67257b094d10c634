import type { SettleRow } from '@weir/contracts';

/**
 * What the request's path sees of the money path: admit → begin → (attempt, progress, extend)* → end, or void.
 * Everything is synchronous while leases are warm, the disk is quick and the journal is not in `always` mode: a
 * promise comes back only where PostgreSQL or the disk has to be awaited. Protocol: ../../../docs/reference/money-path.md.
 */

/** Allowance kinds in the order of every `…ByKind` array. */
export type Kind = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** What a request may cost at most, and which allowances have a cap (bit k = kind k). */
export interface HoldInput {
  readonly account: string;
  readonly key: string;
  /** Bit set of kinds with a cap, from the key cache. The balance (bit 0) always has one. */
  readonly cappedKinds: number;
  /** Held on kinds 0, 4, 5, 6. Nano. */
  readonly costNano: bigint;
  /** Held on kinds 1, 2, 3. Effective tokens. */
  readonly tokens: bigint;
  /** A UUIDv7 is made by the money path from the hold's instant. */
}

/** An admitted request's part of the leases. Mutable only by the money path. */
export interface Hold {
  /** UUIDv7; the generation id without its prefix. */
  readonly id: string;
  readonly epoch: string;
  readonly account: string;
  readonly key: string;
  /** Instant of the hold on the database's clock, ms since 1970: it names the periods. */
  readonly acceptedAtMs: number;
  /** Held per kind; 0n = none taken. Nano for 0, 4–6; effective tokens for 1–3. */
  readonly heldByKind: readonly bigint[];
}

/** Why a request was refused, with the figures a person needs to act. */
export interface Refusal {
  readonly code:
    | 'insufficient_balance'
    | 'api_key_quota_exhausted'
    | 'in_flight_budget_exhausted'
    | 'budget_exceeded'
    | 'storage_unavailable';
  /** The allowance that refused; null for `storage_unavailable`. */
  readonly kind: Kind | null;
  readonly cap: bigint | null;
  readonly used: bigint | null;
  /** Held or leased by running requests. */
  readonly held: bigint | null;
  readonly estimate: bigint;
  /** Instant the period ends, ms; null for limits without a reset. */
  readonly resetAtMs: number | null;
  /** Seconds for Retry-After; null = retrying does not help. */
  readonly retryAfterS: number | null;
}

export type Admission =
  | { readonly admitted: true; readonly hold: Hold }
  | { readonly admitted: false; readonly refusal: Refusal };

/** Prices as the journal keeps them: nano per million tokens, decimal text. */
export interface JournaledClassPrices {
  readonly input: string;
  readonly cacheRead: string;
  readonly cacheWrite5m: string;
  readonly cacheWrite1h: string;
  readonly output: string;
}

/** Every candidate's price and factors, so that recovery needs no configuration (H34). */
export interface BeginCandidate {
  readonly endpointId: string;
  readonly provider: string;
  readonly region: string | null;
  readonly priceVersion: string;
  readonly price: JournaledClassPrices & {
    /** Nano per request. */
    readonly request: string;
    /** Prices of prompts above so many tokens; absent = one price for all. */
    readonly tiers?: readonly (JournaledClassPrices & { readonly above: number })[] | undefined;
  };
  readonly serverFactor: number;
}

/** The record fields known when the request begins; what `end` later completes. No prompt, no secret. */
export interface BeginRecord {
  readonly endpoint: string;
  readonly dialect: string;
  readonly streamed: boolean;
  readonly requestedModel: string;
  readonly model: string;
  readonly template: string | null;
  readonly mode: string;
  readonly parent: string | null;
  readonly templateFactor: number;
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  readonly correlationId: string | null;
  /** Upper bound of input tokens that a recovered stream is charged for, or the counted input. */
  readonly inputTokensBound: number;
  /** The candidate tried first leads; `attempt` names a later one by index. */
  readonly candidates: readonly BeginCandidate[];
  /** The model of each candidate, where they are not all of `model`. */
  readonly candidateModels?: readonly string[] | undefined;
}

/** Usage so far, disjoint classes (decisions §2). */
export interface ProgressUsage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning: number;
}

/** The final record; `costNano` and `tokens` are before capping: the money path decides what is charged and what is absorbed (H23). */
export interface EndRecord {
  readonly costNano: bigint;
  readonly tokens: bigint;
  /** Upstream surplus produced after a refused slice (H36). */
  readonly surplusNano: bigint;
  readonly row: Omit<
    SettleRow,
    | 'id'
    | 'account'
    | 'key'
    | 'epoch'
    | 'accepted_at'
    | 'tokens'
    | 'cost_nano'
    | 'absorbed_nano'
    | 'exposure_nano'
    | 'holds'
    | 'endpoint'
    | 'dialect'
    | 'streamed'
    | 'requested_model'
    | 'model'
    | 'template'
    | 'mode'
    | 'parent'
    | 'template_factor'
    | 'client_ip'
    | 'user_agent'
    | 'correlation_id'
  > & {
    /** The model that served, where it need not be the one of `begin`. */
    readonly model?: string | undefined;
  };
}

/** What was charged in the end. */
export interface Charged {
  readonly costNano: bigint;
  readonly absorbedNano: bigint;
  readonly tokens: bigint;
}

/** A request that waits for its `begin` to be written. */
export interface Beginning {
  readonly hold: Hold;
  readonly record: BeginRecord;
  /** True: dispatch now, in this very call. False: voided, admit anew. */
  onBegun(dispatchable: boolean): void;
}

/** A request that waits for its `end` to be written. */
export interface Finishing {
  readonly hold: Hold;
  readonly record: EndRecord;
  /** Only now send the final bytes. */
  onCharged(charged: Charged): void;
  /** Neither journal nor PostgreSQL took the end: send no final byte. */
  onUnrecorded(): void;
}

export interface MoneyPathApi {
  /** Whether new holds are taken: epoch open, beat younger than TERM, journal writable, not shutting down. */
  readonly ready: boolean;
  /** The database's clock: now() of the last beat + monotonic elapsed. */
  nowMs(): number;
  /** Holds on all allowances or none. A promise only when a lease must be fetched. */
  admit(input: HoldInput): Admission | Promise<Admission>;
  /** Free balance of the account as far as known here without asking (nano), or null when unknown: sizes max_tokens. */
  affordableNano(account: string): bigint | null;
  /** The same after asking PostgreSQL once (balance available for new leases + own free part). */
  queryAffordableNano(account: string): Promise<bigint | null>;
  /**
   * Writes `begin` and checks TERM again. Call it in the very turn that dispatches; `false` = voided, admit anew.
   * A promise only with WEIR_JOURNAL_SYNC=always or while the disk is slow.
   */
  begin(hold: Hold, record: BeginRecord): boolean | Promise<boolean>;
  /**
   * `begin` and `end` of all requests of one turn of the event loop, in one write. Everybody is told before it
   * returns, unless the disk has to be awaited.
   */
  commitTurn(begins: readonly Beginning[], ends: readonly Finishing[]): void;
  /** Before each dispatch after the first. */
  attempt(hold: Hold, candidateIndex: number): void;
  /** ≤ each 1 s or 64 tokens of a stream. */
  progress(hold: Hold, usage: ProgressUsage): void;
  /** Adds to the hold in mid-stream. A promise when a lease must be fetched (≤ 1 s); false = stop cleanly. */
  extend(hold: Hold, costNano: bigint, tokens: bigint): boolean | Promise<boolean>;
  /** Nothing was dispatched, or every attempt failed without upstream charge and no row is wanted: gives the hold back. */
  void(hold: Hold): void;
  /** Writes `end`, moves the leases, queues the row for settlement. Only then send the final bytes. A promise only with `always` or while the disk is slow; it rejects when neither disk nor database took the end: then send no final bytes. */
  end(hold: Hold, record: EndRecord): Charged | Promise<Charged>;
  /**
   * Logs a request that took no hold and costs nothing (refusals, decisions §12: ≤ 10/s per key): a row with cost 0.
   * Its row is complete; not journaled by `begin`.
   */
  recordRefusal(
    row: Omit<
      SettleRow,
      'epoch' | 'holds' | 'tokens' | 'cost_nano' | 'absorbed_nano' | 'exposure_nano'
    >,
  ): void;
  /** Nano held now per account with running or unsettled requests: for the pulse. */
  heldByAccount(): ReadonlyMap<string, bigint>;
}
