import type { EndpointHealth } from '@weir/contracts';
import type { ServedCatalog } from '../config-cache/served-catalog.js';
import type { EndpointHealthBook } from '../route/endpoint-health-book.js';

/** Endpoints one pulse tells of: it is written twice a second. */
export const ENDPOINT_STATES_MAX = 200;

const SEVERITY = { unavailable: 0, degraded: 1, ok: 2 } as const;

/**
 * How this process sees the endpoints it has called within five minutes, and those whose circuits are not closed; the
 * worst first. Of an endpoint that nothing was sent to there is nothing to tell.
 */
export function endpointStates(
  catalog: ServedCatalog | null,
  health: EndpointHealthBook,
  nowMs: number,
): EndpointHealth[] {
  const states: EndpointHealth[] = [];
  if (catalog === null) return states;
  for (const model of catalog.models.values()) {
    for (const { id, provider, region } of model.endpoints) {
      const record = health.recordOf(id);
      if (record === null) continue;
      const state = record.health(nowMs);
      if (state === 'ok' && !record.wasUsed(nowMs)) continue;
      const retryInMs = record.retryInMs(nowMs);
      states.push({
        endpoint_id: id,
        provider,
        model: model.id,
        region,
        state,
        retry_in_ms: retryInMs === null ? null : Math.ceil(retryInMs),
        error_rate: Math.round(record.errorRate(nowMs) * 10_000) / 10_000,
        p50_ms: record.medianMs(nowMs),
        last_error: record.lastError(nowMs),
      });
    }
  }
  if (states.length <= ENDPOINT_STATES_MAX) return states;
  states.sort((a, b) => SEVERITY[a.state] - SEVERITY[b.state]);
  return states.slice(0, ENDPOINT_STATES_MAX);
}
