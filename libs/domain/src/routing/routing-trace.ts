/** The record of a routing decision, stored with the request: every loser and why. Holds no secret, only names. */
import type { EndpointHealth } from './candidate.js';
import type { AttemptOutcome } from './failover.js';

/** Candidates a trace names at most. */
export const TRACE_CANDIDATES_MAX = 20;

/** A candidate as the trace shows it. */
export interface TracedCandidate {
  readonly provider: string;
  readonly model: string;
  readonly region: string | null;
  /** Decimal text, per million output tokens. */
  readonly price: string | null;
  readonly latencyMs: number | null;
  /** Grams of CO₂e per 1,000 tokens. */
  readonly carbonGrams: number | null;
  readonly health: EndpointHealth;
  /** Why it was left out; absent for those that competed. */
  readonly excluded?: string;
  readonly score: number | null;
  /** The parts of the score by name. */
  readonly terms?: Readonly<Record<string, number>>;
}

/** One attempt as the trace shows it. */
export interface TracedAttempt {
  /** Id of the endpoint. */
  readonly endpoint: string;
  readonly provider: string;
  /** ms since 1970. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly outcome: AttemptOutcome;
  readonly status: number | null;
}

/** What a trace is made of. */
export interface RoutingTraceInput {
  readonly policy: string;
  readonly requestedModel: string;
  readonly considered: readonly TracedCandidate[];
  /** Id of the endpoint that served, or was tried last; null when none was tried. */
  readonly picked: string | null;
  readonly reason: string;
  readonly attempts: readonly TracedAttempt[];
}

/** A routing trace in its stored form. */
export interface RoutingTrace {
  readonly policy: string;
  readonly requested_model: string;
  readonly considered: readonly {
    readonly provider: string;
    readonly model: string;
    readonly region: string | null;
    readonly price: string | null;
    readonly latency_ms: number | null;
    readonly carbon: number | null;
    readonly health: EndpointHealth;
    readonly excluded?: string;
    readonly score: number | null;
    readonly terms?: Readonly<Record<string, number>>;
  }[];
  readonly picked: string | null;
  readonly reason: string;
  readonly attempts: readonly {
    readonly endpoint: string;
    readonly provider: string;
    readonly started_at: string;
    readonly ms: number;
    readonly outcome: AttemptOutcome;
    readonly status: number | null;
  }[];
}

/** Makes the stored form; of more than 20 candidates those left out are dropped first. */
export function buildRoutingTrace(input: RoutingTraceInput): RoutingTrace {
  return {
    policy: input.policy,
    requested_model: input.requestedModel,
    considered: mostTelling(input.considered).map((candidate) => ({
      provider: candidate.provider,
      model: candidate.model,
      region: candidate.region,
      price: candidate.price,
      latency_ms: candidate.latencyMs,
      carbon: candidate.carbonGrams,
      health: candidate.health,
      ...(candidate.excluded === undefined ? {} : { excluded: candidate.excluded }),
      score: candidate.score,
      ...(candidate.terms === undefined ? {} : { terms: candidate.terms }),
    })),
    picked: input.picked,
    reason: input.reason,
    attempts: input.attempts.map((attempt) => ({
      endpoint: attempt.endpoint,
      provider: attempt.provider,
      started_at: new Date(attempt.startedAtMs).toISOString(),
      ms: attempt.durationMs,
      outcome: attempt.outcome,
      status: attempt.status,
    })),
  };
}

function mostTelling(considered: readonly TracedCandidate[]): readonly TracedCandidate[] {
  if (considered.length <= TRACE_CANDIDATES_MAX) return considered;
  const competed = considered.filter((candidate) => candidate.excluded === undefined);
  const excluded = considered.filter((candidate) => candidate.excluded !== undefined);
  return [...competed, ...excluded].slice(0, TRACE_CANDIDATES_MAX);
}
