import type { ErrorCodeName } from '@weir/contracts';
import {
  pseudoModelOf,
  rankEndpoints,
  type PseudoModel,
  type Ranking,
  type Routing,
} from '@weir/domain';
import type { PricedEndpoint, ServedModel } from '../config-cache/served-endpoint.js';
import type { ProxyServices } from '../proxy-services.js';
import type { ProblemDetail } from '../refuse/error-body.js';
import type { Call } from '../request/call.js';
import type { Exchange } from '../request/exchange.js';
import { considered, type Instant } from './considered.js';
import { boundingModel, poolOf } from './pseudo-model-pool.js';
import { RoutePlan, type ConsideredEndpoint } from './route-plan.js';
import { hasRouteMember, routingOf } from './route-wishes.js';
import { callerOf, type StickyChoices } from './sticky-choices.js';

/** Why no endpoint will be tried. */
export interface RouteProblem {
  readonly code: ErrorCodeName;
  readonly detail: ProblemDetail;
}

/** Endpoints a request may be tried at: its attempts, and two whose circuits may open in between. Each is held for. */
const CANDIDATES_MAX = 5;
const SEEDS = 0x7fffffff;

/** Finds the model and the endpoints to try; null = found. */
export function planRoute(x: Exchange, services: ProxyServices): RouteProblem | null {
  const { call, key } = x;
  const catalog = services.catalog.current;
  if (call === null || key === null || catalog === null) {
    return { code: 'storage_unavailable', detail: { retryAfterS: 2 } };
  }
  const name = call.reading.model;
  const model = catalog.models.get(name);
  const pseudo = model === undefined ? pseudoModelOf(name) : null;
  const { health, money } = services;
  const at: Instant = {
    catalog,
    health,
    key,
    nowMs: money.nowMs(),
    monotonicMs: performance.now(),
  };
  if (pseudo !== null) {
    return planPseudoModel(x, call, pseudo, { at, sticky: services.sticky });
  }
  if (model === undefined) {
    const message = `The model "${name}" is not configured. List the models with GET /v1/models.`;
    return { code: 'model_not_found', detail: { message, param: 'model' } };
  }
  const problem = modelProblem(x, model);
  if (problem !== null) return problem;
  x.model = model;
  const isPlain = key.routing.length === 0 && !hasRouteMember(call);
  if (isPlain && planned(x, model, at)) return null;
  const routing = routingOf(call, null, key.routing);
  if ('message' in routing) return wishProblem(routing);
  const endpoints = model.endpoints.map((served) => considered(model, served, null, at));
  const ranking = rank(x, call, {
    routing,
    endpoints,
    spansModels: false,
    sticky: services.sticky,
  });
  if (isPlain) keepPlan(x, ranking, at);
  return x.candidates.length === 0 ? noneEligible(name, ranking, at) : null;
}

/** A name that stands for whichever model can do it. */
function planPseudoModel(
  x: Exchange,
  call: Call,
  pseudo: PseudoModel,
  { at, sticky }: { readonly at: Instant; readonly sticky: StickyChoices },
): RouteProblem | null {
  if (x.route.operation !== 'chat') {
    const message = `The model "${pseudo.id}" does not take this call: it is for chat.`;
    return { code: 'invalid_request_error', detail: { message, param: 'model' } };
  }
  const routing = routingOf(call, pseudo, at.key.routing);
  if ('message' in routing) return wishProblem(routing);
  const endpoints = poolOf(call.reading, x.route, at);
  const ranking = rank(x, call, { routing, endpoints, spansModels: true, sticky });
  x.model = boundingModel(x.candidates, at.catalog.models);
  return x.candidates.length === 0 ? noneEligible(pseudo.id, ranking, at) : null;
}

interface Choice {
  readonly routing: Routing;
  readonly endpoints: readonly ConsideredEndpoint[];
  readonly spansModels: boolean;
  readonly sticky: StickyChoices;
}

/** Puts the endpoints in their order and notes the plan on the request. */
function rank(x: Exchange, call: Call, choice: Choice): Ranking<ConsideredEndpoint> {
  const { routing, endpoints, spansModels, sticky } = choice;
  const requestedModel = call.reading.model;
  const caller =
    endpoints.length > 1 ? callerOf(x.key?.id ?? '', call.parsed, requestedModel) : null;
  const ranking = rankEndpoints(endpoints, {
    routing,
    regionPin: x.key?.regionPin ?? null,
    seed: caller === null ? 0 : Math.floor(Math.random() * SEEDS),
    lastUsed: caller === null ? null : sticky.of(caller),
  });
  const { judged, reason } = ranking;
  x.candidates = pricedOf(ranking);
  x.fallback = routing.fallback !== false;
  x.plan = new RoutePlan({
    requestedModel,
    routing,
    judged,
    reason,
    spansModels,
    caller,
    sticky,
  });
  return ranking;
}

function pricedOf({ order }: Ranking<ConsideredEndpoint>): PricedEndpoint[] {
  const candidates: PricedEndpoint[] = [];
  for (const { priced } of order) {
    if (priced !== null && candidates.length < CANDIDATES_MAX) candidates.push(priced);
  }
  return candidates;
}

/** A kept plan's trace tells the latency of when it was made: it is made anew after this. */
const PLAN_KEPT_MS = 10_000;

interface KeptPlan {
  readonly plan: RoutePlan;
  readonly candidates: readonly PricedEndpoint[];
  readonly untilMs: number;
}

/** Plans of models with one healthy endpoint, by its price of now: most requests need no other. */
const keptPlans = new WeakMap<PricedEndpoint, KeptPlan>();

/** Takes the plan of an earlier request where nothing that it depends on has changed. */
function planned(x: Exchange, model: ServedModel, at: Instant): boolean {
  const [only] = model.endpoints;
  if (only === undefined || model.endpoints.length > 1) return false;
  const { key, catalog, health } = at;
  if (key.regionPin !== null && only.region !== key.regionPin) return false;
  if (health.health(only.id, at.monotonicMs) !== 'ok') return false;
  const priced = catalog.priced(model, only, key.priceFactor, at.nowMs);
  const kept = priced === null ? undefined : keptPlans.get(priced);
  if (kept === undefined || at.monotonicMs > kept.untilMs) return false;
  x.candidates = kept.candidates;
  x.plan = kept.plan;
  return true;
}

/** Keeps the plan of a model with one endpoint that is healthy. */
function keepPlan(x: Exchange, { judged }: Ranking<ConsideredEndpoint>, at: Instant): void {
  const [only] = judged;
  if (judged.length !== 1 || only === undefined || x.plan === null) return;
  const { priced, health } = only.endpoint;
  if (only.excluded !== null || priced === null || health !== 'ok') return;
  const { plan, candidates } = x;
  keptPlans.set(priced, { plan, candidates, untilMs: at.monotonicMs + PLAN_KEPT_MS });
}

function modelProblem(x: Exchange, model: ServedModel): RouteProblem | null {
  const allowed = x.key?.allowedModels ?? null;
  if (allowed !== null && !allowed.has(model.id)) {
    return { code: 'model_not_allowed', detail: { param: 'model' } };
  }
  if (model.kind !== x.route.operation) {
    const message = `The model "${model.id}" does not take this call: it is for ${model.kind}.`;
    return { code: 'invalid_request_error', detail: { message, param: 'model' } };
  }
  return null;
}

function wishProblem({ message, param }: { message: string; param: string }): RouteProblem {
  return { code: 'invalid_request_error', detail: { message, param } };
}

/** Why nothing is left, in numbers: what was left out for which reason. */
function noneEligible(
  name: string,
  { judged }: Ranking<ConsideredEndpoint>,
  at: Instant,
): RouteProblem {
  if (judged.length > 0 && judged.every(({ excluded }) => excluded === 'unpriced')) {
    return { code: 'unpriced_model', detail: { param: 'model' } };
  }
  const counts = new Map<string, number>();
  for (const { excluded } of judged) {
    if (excluded !== null) counts.set(excluded, (counts.get(excluded) ?? 0) + 1);
  }
  const reasons = [...counts].map(([reason, count]) => `${reason} (${String(count)})`).join(', ');
  const message =
    judged.length === 0
      ? `No endpoint serves "${name}" now.`
      : `No endpoint can serve "${name}" for this request. Left out: ${reasons}.`;
  return {
    code: 'no_eligible_upstream',
    detail: { message, retryAfterS: retryAfterS(judged, at) },
  };
}

/** Seconds until the first closed circuit may be tried again; null where waiting would not help. */
function retryAfterS(
  judged: Ranking<ConsideredEndpoint>['judged'],
  { health, monotonicMs }: Instant,
): number | null {
  const waits = judged
    .filter(({ excluded }) => excluded === 'unavailable')
    .map(({ endpoint }) => health.recordOf(endpoint.id)?.retryInMs(monotonicMs) ?? 1_000);
  return waits.length === 0 ? null : Math.max(1, Math.ceil(Math.min(...waits) / 1_000));
}
