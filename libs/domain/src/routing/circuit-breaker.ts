/**
 * Health of one endpoint as seen by one gateway. Closed: requests pass and their outcomes are counted. Open: none pass
 * until a time. Half open: one probe at a time passes; its success closes the circuit, its failure opens it for twice
 * as long.
 *
 * It opens after several failures in a row, or when too many of the requests of the last half minute failed, or when
 * the provider itself said when to come back (`retry-after`). Counts lie in a ring of buckets; times are arguments
 * (monotonic ms, not going back).
 */
import type { EndpointHealth } from './candidate.js';

/** When a circuit opens and for how long. */
export interface BreakerLimits {
  /** Failures in a row that open the circuit. */
  readonly consecutiveFailuresMax: number;
  /** Failures in a row that count as degraded. */
  readonly consecutiveFailuresDegraded: number;
  /** Requests within the window below which no rate is judged. */
  readonly requestsMin: number;
  /** Share of failures, percent, that opens the circuit. */
  readonly errorPercentMax: number;
  /** Share of failures, percent, that counts as degraded. */
  readonly errorPercentDegraded: number;
  /** Length of the window, ms. */
  readonly windowMs: number;
  /** First time open, ms; doubles with each failed probe. */
  readonly openMs: number;
  /** Longest time open, ms; also the longest `retry-after` that is honoured. */
  readonly openMsMax: number;
  /** A probe without an outcome for this long no longer keeps the next one back, ms. */
  readonly probeMs: number;
}

/** The limits of the product. */
export const BREAKER_LIMITS: BreakerLimits = {
  consecutiveFailuresMax: 5,
  consecutiveFailuresDegraded: 2,
  requestsMin: 20,
  errorPercentMax: 50,
  errorPercentDegraded: 20,
  windowMs: 30_000,
  openMs: 5000,
  openMsMax: 300_000,
  probeMs: 30_000,
};

const BUCKETS = 6;

interface Bucket {
  /** Number of the bucket's time slice since time 0. */
  slice: number;
  requests: number;
  failures: number;
}

/** One endpoint's circuit. */
export class CircuitBreaker {
  readonly #limits: BreakerLimits;
  readonly #buckets: Bucket[] = [];
  #consecutiveFailures = 0;
  /** Until when it is open; null = closed. */
  #openUntilMs: number | null = null;
  #openMs: number;
  /** When the running probe began; null = none. */
  #probeSinceMs: number | null = null;

  constructor(limits: BreakerLimits = BREAKER_LIMITS) {
    this.#limits = limits;
    this.#openMs = limits.openMs;
    for (let index = 0; index < BUCKETS; index++) {
      this.#buckets.push({ slice: -1, requests: 0, failures: 0 });
    }
  }

  /** Health for routing. A circuit whose next probe may start is degraded: it is tried when nothing better is left. */
  health(nowMs: number): EndpointHealth {
    if (this.#openUntilMs !== null) return this.#mayProbe(nowMs) ? 'degraded' : 'unavailable';
    const { consecutiveFailuresDegraded, requestsMin, errorPercentDegraded } = this.#limits;
    if (this.#consecutiveFailures >= consecutiveFailuresDegraded) return 'degraded';
    const { requests, failures } = this.#window(nowMs);
    const judged = requests >= requestsMin;
    return judged && 100 * failures >= errorPercentDegraded * requests ? 'degraded' : 'ok';
  }

  /** Whether the circuit is open no longer and waits for one request to find out how the endpoint is. */
  awaitsProbe(nowMs: number): boolean {
    return this.#openUntilMs !== null && this.#mayProbe(nowMs);
  }

  /** How long until a request may pass again, ms; null = one may now, or a probe is already on its way. */
  retryInMs(nowMs: number): number | null {
    if (this.#openUntilMs === null || nowMs >= this.#openUntilMs) return null;
    return this.#openUntilMs - nowMs;
  }

  /** Whether a request may be sent now. In a half-open circuit this starts the probe. */
  tryPass(nowMs: number): boolean {
    if (this.#openUntilMs === null) return true;
    if (!this.#mayProbe(nowMs)) return false;
    this.#probeSinceMs = nowMs;
    return true;
  }

  /** A request was answered as it should. Closes a half-open circuit; an open one heard an old answer. */
  succeeded(nowMs: number): void {
    if (this.#openUntilMs !== null) {
      if (this.#probeSinceMs === null) return;
      this.#close();
    }
    this.#consecutiveFailures = 0;
    this.#count(nowMs, 0);
  }

  /** A request failed by the endpoint's fault. `retryAfterMs`: how long the provider asked to be left alone. */
  failed(nowMs: number, retryAfterMs: number | null = null): void {
    this.#consecutiveFailures += 1;
    this.#count(nowMs, 1);
    if (this.#openUntilMs !== null) {
      if (this.#probeSinceMs !== null) {
        this.#openMs = Math.min(2 * this.#openMs, this.#limits.openMsMax);
        this.#open(nowMs, this.#openMs);
      }
    } else if (this.#tooManyFailures(nowMs)) this.#open(nowMs, this.#openMs);
    if (retryAfterMs !== null && retryAfterMs > 0) {
      this.#open(nowMs, Math.min(retryAfterMs, this.#limits.openMsMax));
    }
  }

  /** A request ended without saying anything about the endpoint: the client left, or asked for nonsense. */
  cancelled(): void {
    this.#probeSinceMs = null;
  }

  #mayProbe(nowMs: number): boolean {
    if (this.#openUntilMs === null || nowMs < this.#openUntilMs) return false;
    return this.#probeSinceMs === null || nowMs - this.#probeSinceMs >= this.#limits.probeMs;
  }

  #tooManyFailures(nowMs: number): boolean {
    if (this.#consecutiveFailures >= this.#limits.consecutiveFailuresMax) return true;
    const { requests, failures } = this.#window(nowMs);
    return (
      requests >= this.#limits.requestsMin &&
      100 * failures >= this.#limits.errorPercentMax * requests
    );
  }

  #open(nowMs: number, forMs: number): void {
    this.#openUntilMs = Math.max(this.#openUntilMs ?? 0, nowMs + forMs);
    this.#probeSinceMs = null;
  }

  #close(): void {
    this.#openUntilMs = null;
    this.#probeSinceMs = null;
    this.#openMs = this.#limits.openMs;
    for (const bucket of this.#buckets) bucket.slice = -1;
  }

  #count(nowMs: number, failures: number): void {
    const slice = this.#sliceOf(nowMs);
    this.#buckets.forEach((bucket, index) => {
      if (index !== slice % BUCKETS) return;
      if (bucket.slice !== slice) {
        bucket.slice = slice;
        bucket.requests = 0;
        bucket.failures = 0;
      }
      bucket.requests += 1;
      bucket.failures += failures;
    });
  }

  #window(nowMs: number): { requests: number; failures: number } {
    const oldest = this.#sliceOf(nowMs) - BUCKETS + 1;
    let requests = 0;
    let failures = 0;
    for (const bucket of this.#buckets) {
      if (bucket.slice < oldest || bucket.slice < 0) continue;
      requests += bucket.requests;
      failures += bucket.failures;
    }
    return { requests, failures };
  }

  #sliceOf(nowMs: number): number {
    return Math.floor((nowMs * BUCKETS) / this.#limits.windowMs);
  }
}
