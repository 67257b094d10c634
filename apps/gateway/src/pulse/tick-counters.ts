import type { StatsTick } from '@weir/contracts';
import { formatMoney, nano } from '@weir/units';
import type { Ending } from '../end/ending.js';
import type { Charged } from '../money/money-path.types.js';
import type { Exchange } from '../request/exchange.js';

/** Seconds whose spending makes `spend_per_minute`. */
const SECONDS_KEPT = 60;
/** Seconds whose first bytes make the percentiles. */
const LATENCY_SECONDS = 10;
/** Latency buckets grow by a tenth from 0.1 ms on: 150 of them reach 160 s. */
const BUCKETS = 150;
const SMALLEST_MS = 0.1;
const LOG_GROWTH = Math.log(1.1);

interface ProviderCounts {
  requests: number;
  errors: number;
}

class Second {
  requests = 0;
  ok = 0;
  clientErrors = 0;
  serverErrors = 0;
  tokens = 0;
  spendNano = 0n;
  readonly firstBytes = new Uint32Array(BUCKETS);
  readonly byProvider = new Map<string, ProviderCounts>();

  constructor(readonly second: number) {}
}

/** Counts ended requests per second of the database's clock; a tick tells the last second that is complete. */
export class TickCounters {
  /** Oldest first; the last one is being filled. */
  readonly #seconds: Second[] = [];

  ended(x: Exchange, ending: Ending, charged: Charged | null, nowMs: number): void {
    const now = this.#at(nowMs);
    now.requests += 1;
    if (ending.status === 'ok') now.ok += 1;
    else if (ending.httpStatus >= 500) now.serverErrors += 1;
    else now.clientErrors += 1;
    const { usage } = ending;
    if (usage !== null) {
      now.tokens +=
        usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h + usage.output;
    }
    if (charged !== null) now.spendNano += charged.costNano;
    if (ending.status === 'ok') {
      const firstByteMs = x.firstByteMs === 0 ? performance.now() : x.firstByteMs;
      const bucket = bucketOf(firstByteMs - x.arrivedMs);
      now.firstBytes[bucket] = (now.firstBytes[bucket] ?? 0) + 1;
    }
    const provider = x.attempt?.endpoint.endpoint.provider;
    if (provider === undefined) return;
    let counts = now.byProvider.get(provider);
    if (counts === undefined) {
      counts = { requests: 0, errors: 0 };
      now.byProvider.set(provider, counts);
    }
    counts.requests += 1;
    if (ending.httpStatus >= 500) counts.errors += 1;
  }

  /** A request refused before it took a hold. */
  refused(httpStatus: number, nowMs: number): void {
    const now = this.#at(nowMs);
    now.requests += 1;
    if (httpStatus >= 500) now.serverErrors += 1;
    else now.clientErrors += 1;
  }

  /** The last complete second of this process. */
  tick(nowMs: number, inFlight: number): Omit<StatsTick, 'v'> {
    this.#at(nowMs);
    const second = Math.floor(nowMs / 1000) - 1;
    const last = this.#seconds.find((one) => one.second === second);
    let spendNano = 0n;
    for (const one of this.#seconds) spendNano += one.spendNano;
    const recent = this.#seconds.filter((one) => one.second > second - LATENCY_SECONDS);
    return {
      at: new Date((second + 1) * 1000).toISOString(),
      requests: last?.requests ?? 0,
      ok: last?.ok ?? 0,
      client_errors: last?.clientErrors ?? 0,
      server_errors: last?.serverErrors ?? 0,
      tokens: last?.tokens ?? 0,
      ttft_p50_ms: percentile(recent, 0.5),
      ttft_p95_ms: percentile(recent, 0.95),
      spend_per_minute: formatMoney(nano(spendNano)),
      in_flight: inFlight,
      by_provider: [...(last?.byProvider ?? [])].map(([provider, counts]) => ({
        provider,
        requests: counts.requests,
        errors: counts.errors,
      })),
    };
  }

  #at(nowMs: number): Second {
    const second = Math.floor(nowMs / 1000);
    const current = this.#seconds.at(-1);
    if (current !== undefined && current.second >= second) return current;
    while ((this.#seconds[0]?.second ?? second) < second - SECONDS_KEPT) this.#seconds.shift();
    const fresh = new Second(second);
    this.#seconds.push(fresh);
    return fresh;
  }
}

function bucketOf(ms: number): number {
  if (ms <= SMALLEST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / SMALLEST_MS) / LOG_GROWTH));
}

/** Upper bound of the bucket that holds the share `p`; null when nothing was counted. */
function percentile(seconds: readonly Second[], p: number): number | null {
  let total = 0;
  for (const { firstBytes } of seconds) for (const count of firstBytes) total += count;
  if (total === 0) return null;
  let below = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    for (const { firstBytes } of seconds) below += firstBytes[bucket] ?? 0;
    if (below >= total * p) return Math.round(SMALLEST_MS * 1.1 ** bucket * 10) / 10;
  }
  return null;
}
