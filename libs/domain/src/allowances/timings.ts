/**
 * Times and bounds of the lease protocol. They belong together: a lease may be freed only when the longest request of
 * a gateway that fell silent must have ended, so RELEASE_AFTER_TICKS × SWEEP_TICK_MS has to exceed TERM_MS + the
 * longest request + its drain. A simulation runs the same code on a coarser clock by passing its own `LeaseTimings`.
 */

/** A gateway beats this often, ms. */
export const BEAT_MS = 1000;

/** No new hold when the last acknowledged beat was sent this long ago, ms. */
export const TERM_MS = 60_000;

/** The longest a request may run, ms. */
export const LONGEST_REQUEST_MS = 15 * 60_000;

/** How long an abandoned upstream is drained for its true usage, ms. */
export const DRAIN_MS = 30_000;

/** Distance of the sweeper's ticks, ms. */
export const SWEEP_TICK_MS = 10_000;

/** Silent ticks after which a gateway is shown as suspect and no longer counted as live. */
export const SUSPECT_TICKS = 6;

/** Silent ticks after which a gateway's leases are freed: 17 min. */
export const RELEASE_AFTER_TICKS = 102;

/** Live gateways keep at most 1 / (this × their number) of what is left as idle lease. */
export const IDLE_SHARE_DIVISOR = 4n;

/** A cached refusal answers like requests for this long, ms. */
export const REFUSAL_CACHE_MS = 250;

/** A refused take is tried again this long after its first refusal, once the others were asked to give back, ms. */
export const RECLAIM_RETRIES_MS: readonly number[] = [30, 100];

/** A take with an unknown outcome is tried again after this long, ms. */
export const UNKNOWN_RETRY_MS = 30;

/** A new request waits this long for a lease, ms; then 503. */
export const WAIT_MS = 2000;

/** A stream waits this long for its next slice, ms; then it ends cleanly. */
export const EXTENSION_WAIT_MS = 1000;

/** Spending of this long is fetched ahead, ms. */
export const SPENDING_WINDOW_MS = 2000;

/** A lease unused for this long is given back, ms. */
export const IDLE_RETURN_MS = 5000;

/** A gateway re-reads its own lease rows this often, ms. */
export const RESYNC_MS = 60_000;

/** An epoch is replaced after this long, ms, which bounds its lease and batch rows. */
export const ROTATE_MS = 24 * 3_600_000;

/** Waiters of one gateway, all accounts together; beyond it requests are refused at once. */
export const WAITERS_MAX = 2000;

/** The times the lease arithmetic reads, ms. */
export interface LeaseTimings {
  readonly termMs: number;
  readonly refusalCacheMs: number;
  readonly reclaimRetriesMs: readonly number[];
  readonly unknownRetryMs: number;
  readonly waitMs: number;
  readonly extensionWaitMs: number;
  readonly spendingWindowMs: number;
  readonly waitersMax: number;
}

/** The timings of the product. */
export const LEASE_TIMINGS: LeaseTimings = {
  termMs: TERM_MS,
  refusalCacheMs: REFUSAL_CACHE_MS,
  reclaimRetriesMs: RECLAIM_RETRIES_MS,
  unknownRetryMs: UNKNOWN_RETRY_MS,
  waitMs: WAIT_MS,
  extensionWaitMs: EXTENSION_WAIT_MS,
  spendingWindowMs: SPENDING_WINDOW_MS,
  waitersMax: WAITERS_MAX,
};
