import { CircuitBreaker, isEndpointFault, type EndpointHealth } from '@weir/domain';
import type { Attempt, AttemptOutcome } from '../forward/attempt.js';

/** Health of one endpoint, for metrics. */
export interface EndpointState {
  readonly endpointId: string;
  readonly health: EndpointHealth;
}

/** One circuit breaker per endpoint, kept over changes of the catalogue; monotonic times. */
export class EndpointHealthBook {
  readonly #breakers = new Map<string, CircuitBreaker>();

  /** Health of an endpoint for routing. */
  health(endpointId: string, nowMs: number): EndpointHealth {
    return this.#breakers.get(endpointId)?.health(nowMs) ?? 'ok';
  }

  /** Whether a request may be sent there now; in a half-open circuit this starts the probe. */
  mayPass(endpointId: string, nowMs: number): boolean {
    return this.#breakers.get(endpointId)?.tryPass(nowMs) ?? true;
  }

  succeeded(attempt: Attempt): void {
    // An endpoint that never failed has no breaker: the common case costs one look-up.
    this.#breakers.get(attempt.endpoint.endpoint.id)?.succeeded(performance.now());
  }

  /** An attempt ended badly; whether that is the endpoint's fault is decided here. */
  failed(attempt: Attempt, outcome: AttemptOutcome, contentPolicy = false): void {
    const { id } = attempt.endpoint.endpoint;
    const nowMs = performance.now();
    if (!isEndpointFault(outcome, attempt.status === 0 ? null : attempt.status, contentPolicy)) {
      this.#breakers.get(id)?.cancelled();
      return;
    }
    let breaker = this.#breakers.get(id);
    if (breaker === undefined) {
      breaker = new CircuitBreaker();
      this.#breakers.set(id, breaker);
    }
    const { retryAfterS } = attempt;
    breaker.failed(nowMs, retryAfterS === null ? null : retryAfterS * 1_000);
  }

  cancelled(attempt: Attempt): void {
    this.#breakers.get(attempt.endpoint.endpoint.id)?.cancelled();
  }

  /** Every endpoint that has failed since the start. */
  states(nowMs: number): readonly EndpointState[] {
    return [...this.#breakers].map(([endpointId, breaker]) => ({
      endpointId,
      health: breaker.health(nowMs),
    }));
  }
}
