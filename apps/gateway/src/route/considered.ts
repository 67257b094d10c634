import type { KeyEntry } from '../config-cache/key-entry.js';
import type { ServedCatalog } from '../config-cache/served-catalog.js';
import type { ServedEndpoint, ServedModel } from '../config-cache/served-endpoint.js';
import type { EndpointHealthBook } from './endpoint-health-book.js';
import type { ConsideredEndpoint } from './route-plan.js';

/** The instant of a request and what is known at it. */
export interface Instant {
  readonly catalog: ServedCatalog;
  readonly health: EndpointHealthBook;
  readonly key: KeyEntry;
  /** The database's clock: prices. */
  readonly nowMs: number;
  /** Health and latency. */
  readonly monotonicMs: number;
}

/** An endpoint as routing sees it at an instant. `unable`: why this request cannot go there; null = it can. */
export function considered(
  model: ServedModel,
  served: ServedEndpoint,
  unable: string | null,
  at: Instant,
): ConsideredEndpoint {
  const priced = at.catalog.priced(model, served, at.key.priceFactor, at.nowMs);
  const record = at.health.recordOf(served.id);
  return {
    id: served.id,
    provider: served.provider,
    model: model.id,
    region: served.region,
    priceNano: priced === null ? null : priced.comparableNano,
    latencyMs: record === null ? null : record.medianMs(at.monotonicMs),
    carbonGrams: served.carbonGrams,
    health: record === null ? 'ok' : record.health(at.monotonicMs),
    probe: record !== null && record.awaitsProbe(at.monotonicMs),
    priority: served.priority,
    weight: served.weight,
    unable,
    priced,
  };
}
