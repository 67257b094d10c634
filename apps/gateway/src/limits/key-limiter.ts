import type { KeyEntry } from '../config-cache/key-entry.js';

/** Why a key's own limits refuse, with what its headers say. */
export interface LimitRefusal {
  readonly code: 'rate_limit_exceeded' | 'concurrency_limit_exceeded';
  readonly retryAfterS: number;
  readonly limit: number;
}

/** One key's state; its request slots are its own object, so that a warm request touches one map only. */
export interface KeyUse {
  running: number;
  /** Minute that `requests` counts, minutes since 1970. */
  minute: number;
  requests: number;
  /** Requests of the minute before, weighted by what of it still lies in the sliding minute. */
  requestsBefore: number;
  lastSeenMs: number;
}

const MINUTE_MS = 60_000;
const SWEEP_IDLE_MS = 10 * MINUTE_MS;

/**
 * Requests at once and requests per minute of each key, exact in this process (decisions §4). The minute
 * slides: requests of the minute before count by the share of it that is less than 60 s old. Keys without
 * limits cost one map look-up, which the pulse needs anyway.
 */
export class KeyLimiter {
  readonly #uses = new Map<string, KeyUse>();

  /** Takes a slot, or says what refuses. Every slot taken must be given back by `leave`. */
  enter(key: KeyEntry, nowMs: number): LimitRefusal | KeyUse {
    const use = this.#useOf(key.id, nowMs);
    const atOnce = key.concurrentRequests;
    if (atOnce !== null && use.running >= atOnce) {
      return { code: 'concurrency_limit_exceeded', retryAfterS: 1, limit: atOnce };
    }
    const perMinute = key.requestsPerMinute;
    if (perMinute !== null) {
      const minute = Math.floor(nowMs / MINUTE_MS);
      roll(use, minute);
      const elapsed = (nowMs % MINUTE_MS) / MINUTE_MS;
      const counted = use.requests + use.requestsBefore * (1 - elapsed);
      if (counted + 1 > perMinute) {
        const retryAfterS = Math.ceil(60 - elapsed * 60);
        return { code: 'rate_limit_exceeded', retryAfterS, limit: perMinute };
      }
      use.requests += 1;
    }
    use.running += 1;
    return use;
  }

  /** Gives the slot back. */
  leave(use: KeyUse): void {
    use.running -= 1;
  }

  /** What is left of the minute, for `x-ratelimit-remaining-requests`. */
  remaining(key: KeyEntry, use: KeyUse, nowMs: number): number {
    const perMinute = key.requestsPerMinute ?? 0;
    const elapsed = (nowMs % MINUTE_MS) / MINUTE_MS;
    return Math.max(0, Math.floor(perMinute - use.requests - use.requestsBefore * (1 - elapsed)));
  }

  /** Forgets keys that have been quiet for ten minutes. */
  sweep(nowMs: number): void {
    for (const [id, use] of this.#uses) {
      if (use.running === 0 && nowMs - use.lastSeenMs > SWEEP_IDLE_MS) this.#uses.delete(id);
    }
  }

  #useOf(id: string, nowMs: number): KeyUse {
    const found = this.#uses.get(id);
    if (found !== undefined) {
      found.lastSeenMs = nowMs;
      return found;
    }
    const fresh = { running: 0, minute: 0, requests: 0, requestsBefore: 0, lastSeenMs: nowMs };
    this.#uses.set(id, fresh);
    return fresh;
  }
}

function roll(use: KeyUse, minute: number): void {
  if (use.minute === minute) return;
  use.requestsBefore = use.minute === minute - 1 ? use.requests : 0;
  use.requests = 0;
  use.minute = minute;
}
