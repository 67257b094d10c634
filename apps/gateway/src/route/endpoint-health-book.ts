import { isEndpointFault, type EndpointHealth } from '@weir/domain';
import type { Attempt, AttemptOutcome } from '../forward/attempt.js';
import { EndpointRecord } from './endpoint-record.js';

/** What this process has seen of each endpoint, kept over changes of the catalogue; monotonic times. */
export class EndpointHealthBook {
  readonly #records = new Map<string, EndpointRecord>();

  /** Health of an endpoint for routing. */
  health(endpointId: string, nowMs: number): EndpointHealth {
    return this.#records.get(endpointId)?.health(nowMs) ?? 'ok';
  }

  /** Whether a request may be sent there now; in a half-open circuit this starts the probe. */
  mayPass(endpointId: string, nowMs: number): boolean {
    return this.#records.get(endpointId)?.mayPass(nowMs) ?? true;
  }

  /** Everything known of an endpoint; null = nothing was sent there yet. */
  recordOf(endpointId: string): EndpointRecord | null {
    return this.#records.get(endpointId) ?? null;
  }

  /** The head of a success came. */
  succeeded(attempt: Pick<Attempt, 'endpoint' | 'startedMs' | 'headMs'>): void {
    const { headMs, startedMs } = attempt;
    this.#record(attempt).succeeded(headMs, headMs - startedMs);
  }

  /** An attempt ended badly; whether that is the endpoint's fault is decided here. */
  failed(attempt: Attempt, outcome: AttemptOutcome, contentPolicy = false): void {
    const status = attempt.status === 0 ? null : attempt.status;
    const record = this.#record(attempt);
    if (!isEndpointFault(outcome, status, contentPolicy)) {
      record.cancelled();
      return;
    }
    const nowMs = performance.now();
    const error = outcome === 'status' && status !== null ? `status_${String(status)}` : outcome;
    // A success was counted for it when its head came, but for one whose encoding was refused.
    if (status !== null && status < 300 && outcome !== 'encoding') {
      record.broke(nowMs, error);
      return;
    }
    const { retryAfterS } = attempt;
    record.failed(nowMs, error, retryAfterS === null ? null : retryAfterS * 1_000);
  }

  cancelled(attempt: Attempt): void {
    this.#records.get(attempt.endpoint.endpoint.id)?.cancelled();
  }

  #record(attempt: Pick<Attempt, 'endpoint'>): EndpointRecord {
    const { id } = attempt.endpoint.endpoint;
    let record = this.#records.get(id);
    if (record === undefined) {
      record = new EndpointRecord();
      this.#records.set(id, record);
    }
    return record;
  }
}
