import { CircuitBreaker, type EndpointHealth } from '@weir/domain';

/** The window of everything that is measured here: ten slices of half a minute. */
const SLICES = 10;
const SLICE_MS = 30_000;
/** Buckets grow by an eighth of a doubling from 1 ms on: 160 of them reach 17 minutes. */
const BUCKETS = 160;
const BUCKETS_PER_DOUBLING = 8;
/** A median is good for this long: it is asked for by every request that has a choice. */
const MEDIAN_KEPT_MS = 1_000;

interface Slice {
  /** Number of the slice since time 0; −∞ = never filled. */
  number: number;
  requests: number;
  failures: number;
  readonly firstBytes: Uint32Array;
}

/** What is known of one endpoint from the requests of this process; monotonic times in ms. */
export class EndpointRecord {
  readonly #slices: Slice[] = [];
  /** An endpoint that never failed has none: most do not. */
  #breaker: CircuitBreaker | null = null;
  #lastError: { readonly name: string; readonly atMs: number } | null = null;
  #medianMs: number | null = null;
  #medianUntilMs = 0;

  /** Answered with a success whose first byte came after `firstByteMs`. */
  succeeded(nowMs: number, firstByteMs: number): void {
    this.#breaker?.succeeded(nowMs);
    const slice = this.#slice(nowMs);
    slice.requests += 1;
    const bucket = bucketOf(firstByteMs);
    slice.firstBytes[bucket] = (slice.firstBytes[bucket] ?? 0) + 1;
  }

  /** Failed by the endpoint's fault; `retryAfterMs` = how long it asked to be left alone. */
  failed(nowMs: number, error: string, retryAfterMs: number | null): void {
    this.#breaker ??= new CircuitBreaker();
    this.#breaker.failed(nowMs, retryAfterMs);
    this.#lastError = { name: error, atMs: nowMs };
    const slice = this.#slice(nowMs);
    slice.requests += 1;
    slice.failures += 1;
  }

  /** Broke off after a success had been counted: the same request, now a failure. */
  broke(nowMs: number, error: string): void {
    this.failed(nowMs, error, null);
    this.#slice(nowMs).requests -= 1;
  }

  /** Ended without saying anything about the endpoint. */
  cancelled(): void {
    this.#breaker?.cancelled();
  }

  health(nowMs: number): EndpointHealth {
    return this.#breaker === null ? 'ok' : this.#breaker.health(nowMs);
  }

  awaitsProbe(nowMs: number): boolean {
    return this.#breaker !== null && this.#breaker.awaitsProbe(nowMs);
  }

  mayPass(nowMs: number): boolean {
    return this.#breaker === null || this.#breaker.tryPass(nowMs);
  }

  retryInMs(nowMs: number): number | null {
    return this.#breaker === null ? null : this.#breaker.retryInMs(nowMs);
  }

  /** Median time to the first byte over the window, to the bucket; null = nothing was answered. */
  medianMs(nowMs: number): number | null {
    if (nowMs < this.#medianUntilMs) return this.#medianMs;
    this.#medianUntilMs = nowMs + MEDIAN_KEPT_MS;
    this.#medianMs = this.#median(nowMs);
    return this.#medianMs;
  }

  /** Share of the window's requests that failed by the endpoint's fault, 0–1. */
  errorRate(nowMs: number): number {
    let requests = 0;
    let failures = 0;
    for (const slice of this.#window(nowMs)) {
      requests += slice.requests;
      failures += slice.failures;
    }
    return requests === 0 ? 0 : Math.min(1, failures / requests);
  }

  /** How the last failure within the window ended; null = there was none. */
  lastError(nowMs: number): string | null {
    const last = this.#lastError;
    return last === null || nowMs - last.atMs > SLICES * SLICE_MS ? null : last.name;
  }

  /** Whether anything ended here within the window. */
  wasUsed(nowMs: number): boolean {
    return this.#window(nowMs).length > 0;
  }

  #median(nowMs: number): number | null {
    const slices = this.#window(nowMs);
    let total = 0;
    for (const { firstBytes } of slices) for (const count of firstBytes) total += count;
    if (total === 0) return null;
    let below = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      for (const { firstBytes } of slices) below += firstBytes[bucket] ?? 0;
      if (2 * below >= total) return Math.round(2 ** (bucket / BUCKETS_PER_DOUBLING) * 10) / 10;
    }
    return null;
  }

  #window(nowMs: number): readonly Slice[] {
    const oldest = Math.floor(nowMs / SLICE_MS) - SLICES + 1;
    return this.#slices.filter(({ number }) => number >= oldest);
  }

  #slice(nowMs: number): Slice {
    const number = Math.floor(nowMs / SLICE_MS);
    const place = number % SLICES;
    let slice = this.#slices[place];
    if (slice === undefined) {
      slice = { number, requests: 0, failures: 0, firstBytes: new Uint32Array(BUCKETS) };
      // Slices are filled one after the other, so that a place may be skipped: the array is kept dense.
      while (this.#slices.length < place) this.#slices.push(emptySlice());
      this.#slices[place] = slice;
    } else if (slice.number !== number) {
      slice.number = number;
      slice.requests = 0;
      slice.failures = 0;
      slice.firstBytes.fill(0);
    }
    return slice;
  }
}

function emptySlice(): Slice {
  return {
    number: Number.NEGATIVE_INFINITY,
    requests: 0,
    failures: 0,
    firstBytes: new Uint32Array(BUCKETS),
  };
}

/** The bucket whose upper bound is the first that is not below `ms`. */
function bucketOf(ms: number): number {
  if (ms <= 1) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms) * BUCKETS_PER_DOUBLING));
}
