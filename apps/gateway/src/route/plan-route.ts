import type { ErrorCodeName } from '@weir/contracts';
import {
  buildRoutingTrace,
  orderCandidates,
  type EndpointHealth,
  type RoutingTrace,
  type TracedCandidate,
} from '@weir/domain';
import { formatMoney } from '@weir/units';
import type { ServedCatalog } from '../config-cache/served-catalog.js';
import type {
  PricedEndpoint,
  ServedEndpoint,
  ServedModel,
} from '../config-cache/served-endpoint.js';
import { isoInstant } from '../end/iso-instant.js';
import type { ProxyServices } from '../proxy-services.js';
import type { ProblemDetail } from '../refuse/error-body.js';
import type { AttemptLine, Exchange } from '../request/exchange.js';

/** Why no endpoint will be tried. */
export interface RouteProblem {
  readonly code: ErrorCodeName;
  readonly detail: ProblemDetail;
}

interface Considered {
  readonly served: ServedEndpoint;
  readonly priced: PricedEndpoint | null;
  readonly health: EndpointHealth;
  readonly priority: number;
  readonly weight: number;
  readonly excluded: string | null;
}

/** The order in which endpoints are tried, and why; becomes the row's trace when the request has ended. */
export class RoutePlan {
  readonly #requestedModel: string;
  readonly #model: ServedModel;
  readonly #considered: readonly Considered[];
  #trace: RoutingTrace | null = null;

  constructor(requestedModel: string, model: ServedModel, considered: readonly Considered[]) {
    this.#requestedModel = requestedModel;
    this.#model = model;
    this.#considered = considered;
  }

  /** The trace with how each attempt went. What was considered is written once for all requests of this plan. */
  traceWith(attempts: readonly AttemptLine[]): RoutingTrace {
    const last = attempts[attempts.length - 1];
    this.#trace ??= buildRoutingTrace({
      policy: 'balanced',
      requestedModel: this.#requestedModel,
      considered: this.#considered.map((one) => this.#traced(one)),
      picked: null,
      reason: '',
      attempts: [],
    });
    const { policy, requested_model, considered } = this.#trace;
    return {
      policy,
      requested_model,
      considered,
      picked: last === undefined ? null : last.endpoint,
      reason: reasonOf(this.#considered.length, attempts.length),
      attempts: attempts.map((attempt) => ({
        endpoint: attempt.endpoint,
        provider: attempt.provider,
        started_at: isoInstant(attempt.startedAtMs),
        ms: attempt.durationMs,
        outcome: attempt.outcome,
        status: attempt.status,
      })),
    };
  }

  /** Whether this plan also fits a request that finds the same single, healthy endpoint. */
  get reusable(): boolean {
    const [only] = this.#considered;
    return this.#considered.length === 1 && only?.excluded === null && only.health === 'ok';
  }

  #traced({ served, priced, health, excluded }: Considered): TracedCandidate {
    return {
      provider: served.provider,
      model: this.#model.id,
      region: served.region,
      price: priced === null ? null : formatMoney(priced.price.output),
      latencyMs: null,
      carbonGrams: null,
      health,
      score: null,
      ...(excluded === null ? {} : { excluded }),
    };
  }
}

function reasonOf(considered: number, attempts: number): string {
  if (attempts > 1) return 'the first choice failed';
  return considered === 1 ? 'the only endpoint of the model' : 'priority, health, then weight';
}

/** Finds the model and the endpoints to try; null = found. */
export function planRoute(x: Exchange, services: ProxyServices): RouteProblem | null {
  const { call, key } = x;
  const catalog = services.catalog.current;
  if (call === null || key === null || catalog === null) {
    return { code: 'storage_unavailable', detail: { retryAfterS: 2 } };
  }
  const name = call.reading.model;
  const model = catalog.models.get(name);
  const problem = modelProblem(x, name, model);
  if (problem !== null) return problem;
  if (model === undefined) return null;
  x.model = model;
  const nowMs = services.money.nowMs();
  const monotonicMs = performance.now();
  if (planned(x, catalog, model, { services, nowMs, monotonicMs })) return null;
  const considered: Considered[] = [];
  for (const served of model.endpoints) {
    const priced = catalog.priced(model, served, key.priceFactor, nowMs);
    const health = services.health.health(served.id, monotonicMs);
    const excluded = exclusionOf(served, priced, key.regionPin, health);
    const { priority, weight } = served;
    considered.push({ served, priced, health, priority, weight, excluded });
  }
  const candidates = inOrder(considered);
  if (candidates.length === 0) return noneEligible(considered);
  x.candidates = candidates;
  x.plan = new RoutePlan(name, model, considered);
  const [first] = candidates;
  if (x.plan.reusable && first !== undefined) {
    reusablePlans.set(first, { plan: x.plan, candidates });
  }
  return null;
}

interface Instant {
  readonly services: ProxyServices;
  readonly nowMs: number;
  readonly monotonicMs: number;
}

/** Takes the plan of an earlier request where nothing that it depends on has changed. */
function planned(x: Exchange, catalog: ServedCatalog, model: ServedModel, at: Instant): boolean {
  const { key } = x;
  const [only] = model.endpoints;
  if (key === null || only === undefined || model.endpoints.length > 1) return false;
  if (key.regionPin !== null && only.region !== key.regionPin) return false;
  if (at.services.health.health(only.id, at.monotonicMs) !== 'ok') return false;
  const priced = catalog.priced(model, only, key.priceFactor, at.nowMs);
  const kept = priced === null ? undefined : reusablePlans.get(priced);
  if (kept === undefined) return false;
  x.candidates = kept.candidates;
  x.plan = kept.plan;
  return true;
}

/** Plans of models with one healthy endpoint, by its price of now: most requests need no other. */
const reusablePlans = new WeakMap<
  PricedEndpoint,
  { readonly plan: RoutePlan; readonly candidates: readonly PricedEndpoint[] }
>();

function modelProblem(
  x: Exchange,
  name: string,
  model: ServedModel | undefined,
): RouteProblem | null {
  if (model === undefined) {
    const message = `The model "${name}" is not configured. List the models with GET /v1/models.`;
    return { code: 'model_not_found', detail: { message, param: 'model' } };
  }
  const allowed = x.key?.allowedModels ?? null;
  if (allowed !== null && !allowed.has(model.id)) {
    return { code: 'model_not_allowed', detail: { param: 'model' } };
  }
  if (model.kind !== x.route.operation) {
    const message = `The model "${name}" does not take this call: it is for ${model.kind}.`;
    return { code: 'invalid_request_error', detail: { message, param: 'model' } };
  }
  return null;
}

/** A region pin is never violated silently; an endpoint without a price is never silently free. */
function exclusionOf(
  served: ServedEndpoint,
  priced: PricedEndpoint | null,
  regionPin: string | null,
  health: EndpointHealth,
): string | null {
  if (regionPin !== null && served.region !== regionPin) return 'region';
  if (priced === null) return 'unpriced';
  return health === 'unavailable' ? 'unavailable' : null;
}

function inOrder(considered: readonly Considered[]): PricedEndpoint[] {
  const eligible = considered.filter((one) => one.excluded === null);
  const ordered =
    eligible.length > 1
      ? orderCandidates(eligible, Math.floor(Math.random() * 0x7fffffff))
      : eligible;
  const candidates: PricedEndpoint[] = [];
  for (const { priced } of ordered) if (priced !== null) candidates.push(priced);
  return candidates;
}

function noneEligible(considered: readonly Considered[]): RouteProblem {
  if (considered.length > 0 && considered.every((one) => one.excluded === 'unpriced')) {
    return { code: 'unpriced_model', detail: { param: 'model' } };
  }
  return { code: 'no_eligible_upstream', detail: { retryAfterS: 5 } };
}
