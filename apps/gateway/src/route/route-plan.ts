import {
  buildRoutingTrace,
  nameOf,
  tracedAttempt,
  type AttemptBill,
  type Judged,
  type RouteEndpoint,
  type Routing,
  type RoutingTrace,
} from '@weir/domain';
import type { Usage } from '@weir/domain';
import { formatMoney, nano } from '@weir/units';
import type { PricedEndpoint } from '../config-cache/served-endpoint.js';
import { isoInstant } from '../end/iso-instant.js';
import type { AttemptLine, Misfit } from '../request/exchange.js';
import type { StickyChoices } from './sticky-choices.js';

/** An endpoint as routing sees it, with what the path needs to call it. */
export interface ConsideredEndpoint extends RouteEndpoint {
  /** Null = unpriced. */
  readonly priced: PricedEndpoint | null;
}

/** What a plan is made of. */
export interface RoutePlanInput {
  readonly requestedModel: string;
  readonly routing: Routing;
  readonly judged: readonly Judged<ConsideredEndpoint>[];
  readonly reason: string;
  /** Whether the candidates are of more than one model, so that the row must say which one served. */
  readonly spansModels: boolean;
  /** Who is to be remembered; null = there was no choice. */
  readonly caller: string | null;
  readonly sticky: StickyChoices;
}

/** The order in which endpoints are tried, and why; becomes the row's trace when the request has ended. */
export class RoutePlan {
  readonly #input: RoutePlanInput;
  #trace: RoutingTrace | null = null;

  constructor(input: RoutePlanInput) {
    this.#input = input;
  }

  /** Whether the candidates are of more than one model. */
  get spansModels(): boolean {
    return this.#input.spansModels;
  }

  /** An endpoint answered: its caller stays there while scores are level. */
  served(endpointId: string): void {
    const { caller, sticky, judged } = this.#input;
    if (caller === null) return;
    const used = judged.find(({ endpoint }) => endpoint.id === endpointId);
    if (used !== undefined) sticky.remember(caller, nameOf(used.endpoint));
  }

  /**
   * The trace with how each attempt went. What was considered is written once for all requests of this plan. Where
   * more than one attempt was made, each line says what it used and cost: all but the last failed before their first
   * byte, which costs nothing.
   */
  traceWith(
    attempts: readonly AttemptLine[],
    usage: Usage | null,
    costNano: bigint,
    misfits: readonly Misfit[] = [],
  ): RoutingTrace {
    const last = attempts.length - 1;
    this.#trace ??= this.#considered();
    const { policy, source, requested_model, considered, reason } = this.#trace;
    return {
      policy,
      source,
      requested_model,
      considered: misfits.length === 0 ? considered : withMisfits(considered, misfits),
      picked: attempts[last]?.endpoint ?? null,
      reason: last > 0 ? `${reason}; the first choice failed` : reason,
      attempts:
        attempts.length === 1
          ? attempts.map(plainAttempt)
          : attempts.map((attempt, index) =>
              tracedAttempt({
                ...attempt,
                bill: this.#bill(
                  attempt.endpoint,
                  index === last ? usage : null,
                  index === last ? costNano : 0n,
                ),
              }),
            ),
    };
  }

  #bill(endpointId: string, usage: Usage | null, costNano: bigint): AttemptBill {
    const tried = this.#input.judged.find(({ endpoint }) => endpoint.id === endpointId);
    return { model: tried?.endpoint.model ?? '', usage, cost: formatMoney(nano(costNano)) };
  }

  #considered(): RoutingTrace {
    const { requestedModel, routing, judged, reason } = this.#input;
    return buildRoutingTrace({
      policy: routing.policy,
      source: routing.source,
      requestedModel,
      considered: judged.map(({ endpoint, excluded, score, terms }) => ({
        endpoint: endpoint.id,
        provider: endpoint.provider,
        model: endpoint.model,
        region: endpoint.region,
        price: endpoint.priceNano === null ? null : formatMoney(nano(endpoint.priceNano)),
        latencyMs: endpoint.latencyMs,
        carbonGrams: endpoint.carbonGrams,
        health: endpoint.health,
        score,
        ...(excluded === null ? {} : { excluded }),
        ...(terms === null ? {} : { terms }),
      })),
      picked: null,
      reason,
      attempts: [],
    });
  }
}

/** Says of candidates whose dialect cannot take the request which member is in the way. */
function withMisfits(
  considered: RoutingTrace['considered'],
  misfits: readonly Misfit[],
): RoutingTrace['considered'] {
  return considered.map((candidate) => {
    const misfit = misfits.find(({ priced }) => priced.endpoint.id === candidate.endpoint);
    if (misfit === undefined) return candidate;
    return { ...candidate, excluded: `cannot_take:${misfit.problem.param ?? 'request'}` };
  });
}

/** The line of a request's only attempt: the row itself says what it used and cost. */
function plainAttempt(attempt: AttemptLine): RoutingTrace['attempts'][number] {
  return {
    endpoint: attempt.endpoint,
    provider: attempt.provider,
    started_at: isoInstant(attempt.startedAtMs),
    ms: attempt.durationMs,
    outcome: attempt.outcome,
    status: attempt.status,
  };
}
