/** An answer that can be given again. */
export interface KeptAnswer {
  readonly httpStatus: number;
  /** Flat head, without the ids of the exchange that made it. */
  readonly head: readonly string[];
  readonly body: Buffer;
}

/** How a request with an Idempotency-Key ended. */
export interface KeptOutcome {
  readonly httpStatus: number;
  readonly status: string;
  /** Null = only that it ended is known: it was streamed, too large, or its client had left. */
  readonly answer: KeptAnswer | null;
}

/** Answers above this are not kept (K4). */
export const KEPT_ANSWER_BYTES_MAX = 64 * 1024;

export interface KeptOutcomesLimits {
  /** How long an outcome is kept, ms. */
  readonly keptMs: number;
  readonly outcomesMax: number;
  /** Bytes of all answers together. */
  readonly bytesMax: number;
}

/** Ten minutes: a client that retries does so within seconds. */
export const KEPT_OUTCOMES_LIMITS: KeptOutcomesLimits = {
  keptMs: 10 * 60_000,
  outcomesMax: 10_000,
  bytesMax: 32 * 1024 * 1024,
};

interface Kept {
  readonly outcome: KeptOutcome;
  readonly untilMs: number;
}

/**
 * Outcomes of this process's requests, by request id, in memory alone: answers are never written anywhere. The
 * oldest leave first.
 */
export class KeptOutcomes {
  readonly #kept = new Map<string, Kept>();
  readonly #limits: KeptOutcomesLimits;
  #bytes = 0;

  constructor(limits: KeptOutcomesLimits = KEPT_OUTCOMES_LIMITS) {
    this.#limits = limits;
  }

  /** The outcome of a request, or null. */
  get(request: string, nowMs: number): KeptOutcome | null {
    this.#dropOld(nowMs);
    return this.#kept.get(request)?.outcome ?? null;
  }

  keep(request: string, outcome: KeptOutcome, nowMs: number): void {
    this.#dropOld(nowMs);
    this.#kept.set(request, { outcome, untilMs: nowMs + this.#limits.keptMs });
    this.#bytes += sizeOf(outcome);
    while (this.#kept.size > this.#limits.outcomesMax || this.#bytes > this.#limits.bytesMax) {
      this.#dropOldest();
    }
  }

  /** Bytes of the answers in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  #dropOld(nowMs: number): void {
    for (const { untilMs } of this.#kept.values()) {
      if (untilMs > nowMs) return;
      this.#dropOldest();
    }
  }

  #dropOldest(): void {
    const oldest = this.#kept.entries().next();
    if (oldest.done === true) return;
    const [request, { outcome }] = oldest.value;
    this.#kept.delete(request);
    this.#bytes -= sizeOf(outcome);
  }
}

function sizeOf({ answer }: KeptOutcome): number {
  return answer?.body.length ?? 0;
}
