/** The record of a routing decision, stored with the request: every loser and why. Holds no secret, only names. */
import type { Usage } from '../usage/index.js';
import type { EndpointHealth } from './candidate.js';
import type { AttemptOutcome } from './failover.js';
import type { RoutingSource } from './route-options.js';

/** Candidates a trace names at most. */
export const TRACE_CANDIDATES_MAX = 20;

/** A candidate as the trace shows it. */
export interface TracedCandidate {
  /** Id of the endpoint. */
  readonly endpoint: string;
  readonly provider: string;
  readonly model: string;
  readonly region: string | null;
  /** Decimal text: the comparable price per million tokens. */
  readonly price: string | null;
  readonly latencyMs: number | null;
  /** Grams of CO₂e per 1,000 tokens. */
  readonly carbonGrams: number | null;
  readonly health: EndpointHealth;
  /** Why it was left out; absent for those that competed. */
  readonly excluded?: string;
  readonly score: number | null;
  /** What each term adds to the score, by name. */
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
  /** Present where a request was tried more than once: what this attempt used and cost. */
  readonly bill?: AttemptBill;
}

/** What an attempt used and cost. One that failed before its first byte used nothing that we are billed for. */
export interface AttemptBill {
  readonly model: string;
  /** Null = nothing was used. */
  readonly usage: Usage | null;
  /** Decimal text in the ledger currency. */
  readonly cost: string;
}

/** What a trace is made of. */
export interface RoutingTraceInput {
  readonly policy: string;
  /** Who chose the policy. */
  readonly source: RoutingSource;
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
  readonly source: RoutingSource;
  readonly requested_model: string;
  readonly considered: readonly {
    readonly endpoint: string;
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
    readonly model?: string;
    readonly usage?: TracedUsage | null;
    readonly cost?: string;
  }[];
}

/** Token classes of one attempt, as the row names them. */
export interface TracedUsage {
  readonly input_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_5m_tokens: number;
  readonly cache_write_1h_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
}

/** Makes the stored form; of more than 20 candidates those left out are dropped first. */
export function buildRoutingTrace(input: RoutingTraceInput): RoutingTrace {
  return {
    policy: input.policy,
    source: input.source,
    requested_model: input.requestedModel,
    considered: mostTelling(input.considered).map((candidate) => ({
      endpoint: candidate.endpoint,
      provider: candidate.provider,
      model: candidate.model,
      region: candidate.region,
      price: candidate.price,
      latency_ms: candidate.latencyMs,
      carbon: candidate.carbonGrams,
      health: candidate.health,
      ...(candidate.excluded === undefined ? {} : { excluded: candidate.excluded }),
      score: candidate.score === null ? null : rounded(candidate.score),
      ...(candidate.terms === undefined ? {} : { terms: roundedTerms(candidate.terms) }),
    })),
    picked: input.picked,
    reason: input.reason,
    attempts: input.attempts.map(tracedAttempt),
  };
}

/** One attempt in its stored form. */
export function tracedAttempt(attempt: TracedAttempt): RoutingTrace['attempts'][number] {
  const line = {
    endpoint: attempt.endpoint,
    provider: attempt.provider,
    started_at: new Date(attempt.startedAtMs).toISOString(),
    ms: attempt.durationMs,
    outcome: attempt.outcome,
    status: attempt.status,
  };
  if (attempt.bill === undefined) return line;
  const { model, usage, cost } = attempt.bill;
  return { ...line, model, usage: usage === null ? null : tracedUsage(usage), cost };
}

function tracedUsage(usage: Usage): TracedUsage {
  return {
    input_tokens: usage.input,
    cache_read_tokens: usage.cacheRead,
    cache_write_5m_tokens: usage.cacheWrite5m,
    cache_write_1h_tokens: usage.cacheWrite1h,
    output_tokens: usage.output,
    reasoning_tokens: usage.reasoning,
  };
}

/** Four digits tell candidates apart as far as a person cares. */
function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

function roundedTerms(terms: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(terms).map(([name, share]) => [name, rounded(share)]));
}

function mostTelling(considered: readonly TracedCandidate[]): readonly TracedCandidate[] {
  if (considered.length <= TRACE_CANDIDATES_MAX) return considered;
  const competed = considered.filter((candidate) => candidate.excluded === undefined);
  const excluded = considered.filter((candidate) => candidate.excluded !== undefined);
  return [...competed, ...excluded].slice(0, TRACE_CANDIDATES_MAX);
}
