/** Named maxima of the money path that the lease protocol itself does not set (those: domain, timings.ts). Tests pass smaller ones. */
export interface MoneyLimits {
  /** How often those who wait for a lease are looked at, ms. */
  readonly tickMs: number;
  /** Pause after a fetch or a give-back that failed, ms. */
  readonly retryMs: number;
  /** Fetches at once, all accounts together: fewer than the pool's connections, so that beats always find one. */
  readonly takesMax: number;
  /** How often idle leases are looked for, ms. */
  readonly idleCheckMs: number;
  /** Retry-After of storage_unavailable, seconds. */
  readonly storageRetryS: number;
  /** Recovery that takes longer goes on beside the first requests, ms. */
  readonly recoveryWaitMs: number;
  /** Slots of dead processes are looked for this often, ms. */
  readonly orphansMs: number;
  /** Settlement at shutdown, ms. */
  readonly drainMs: number;
}

/** Production's limits. */
export const MONEY_LIMITS: MoneyLimits = {
  tickMs: 10,
  retryMs: 100,
  takesMax: 6,
  idleCheckMs: 1_000,
  storageRetryS: 2,
  recoveryWaitMs: 5_000,
  orphansMs: 60_000,
  drainMs: 10_000,
};
