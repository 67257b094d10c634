import type { ErrorCodeName } from '@weir/contracts';
import type { PricedEndpoint } from '../config-cache/served-endpoint.js';
import type { ProxyServices } from '../proxy-services.js';
import type { ProblemDetail } from '../refuse/error-body.js';
import type { AttemptLine, Exchange } from '../request/exchange.js';

/** The order in which endpoints are tried, and why. */
export interface RoutePlan {
  traceWith(attempts: readonly AttemptLine[]): unknown;
}

/** Why no endpoint will be tried. */
export interface RouteProblem {
  readonly code: ErrorCodeName;
  readonly detail: ProblemDetail;
}

class Plan implements RoutePlan {
  readonly #x: Exchange;
  constructor(x: Exchange) {
    this.#x = x;
  }
  traceWith(attempts: readonly AttemptLine[]): unknown {
    return {
      policy: 'balanced',
      requested_model: this.#x.call?.reading.model ?? '',
      picked: this.#x.attempt?.endpoint.endpoint.id ?? null,
      attempts,
    };
  }
}

/** Finds the model and the endpoints to try; null = found. */
export function planRoute(x: Exchange, services: ProxyServices): RouteProblem | null {
  const { catalog, money } = services;
  const { call, key } = x;
  if (call === null || key === null || catalog.current === null) {
    return { code: 'storage_unavailable', detail: { retryAfterS: 2 } };
  }
  const name = call.reading.model;
  const model = catalog.current.models.get(name);
  if (model === undefined) {
    return {
      code: 'model_not_found',
      detail: { message: `The model "${name}" is not configured.`, param: 'model' },
    };
  }
  if (key.allowedModels !== null && !key.allowedModels.has(model.id)) {
    return { code: 'model_not_allowed', detail: { param: 'model' } };
  }
  if (model.kind !== x.route.operation) {
    return {
      code: 'invalid_request_error',
      detail: { message: `The model "${name}" does not take this call.`, param: 'model' },
    };
  }
  x.model = model;
  const nowMs = money.nowMs();
  const candidates: PricedEndpoint[] = [];
  let unpriced = false;
  for (const endpoint of model.endpoints) {
    const priced = catalog.current.priced(model, endpoint, key.priceFactor, nowMs);
    if (priced === null) unpriced = true;
    else candidates.push(priced);
  }
  if (candidates.length === 0) {
    return { code: unpriced ? 'unpriced_model' : 'no_eligible_upstream', detail: {} };
  }
  x.candidates = candidates;
  x.plan = new Plan(x);
  return null;
}
