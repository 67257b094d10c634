import { SANDBOX_PROVIDER } from '@weir/contracts';
import { lackingCapability, withoutSimulation, type NeededCapabilities } from '@weir/domain';
import type { RequestReading } from '@weir/providers';
import type { PricedEndpoint, ServedModel } from '../config-cache/served-endpoint.js';
import { wayTo } from '../forward/ways.js';
import type { ProxyRoute } from '../request/proxy-route.js';
import { considered, type Instant } from './considered.js';
import type { ConsideredEndpoint } from './route-plan.js';

/** Ordinary text has about four bytes a token; what is estimated too small, the provider refuses. */
const BYTES_PER_TOKEN = 4;

/**
 * Everything that a pseudo-model may stand for: each endpoint of the models of that kind that the key may use. Those
 * that cannot do what the request needs are marked, and so are simulated ones where a real provider can do it.
 */
export function poolOf(
  reading: RequestReading,
  route: ProxyRoute,
  at: Instant,
): readonly ConsideredEndpoint[] {
  const needs = needsOf(reading);
  const allowed = at.key.allowedModels;
  const pool: ConsideredEndpoint[] = [];
  for (const model of at.catalog.models.values()) {
    if (model.kind !== route.operation || (allowed !== null && !allowed.has(model.id))) continue;
    const lacking = lackingCapability(model, needs);
    for (const served of model.endpoints) {
      const hasWay = wayTo(route, served, reading.stream) !== null;
      pool.push(considered(model, served, lacking ?? (hasWay ? null : 'operation'), at));
    }
  }
  return withoutSimulation(pool, SANDBOX_PROVIDER);
}

/** What the request needs, and the context it fills: its input as it probably is, and the output it asks for. */
function needsOf(reading: RequestReading): NeededCapabilities {
  const inputTokens = Math.ceil(reading.inputTokensBound / BYTES_PER_TOKEN);
  return { ...reading.needs, contextTokens: inputTokens + (reading.maxTokens ?? 0) };
}

/**
 * One model to measure a request by that may go to several: bounds hold for each of them. Its id is that of the first
 * choice.
 */
export function boundingModel(
  candidates: readonly PricedEndpoint[],
  models: ReadonlyMap<string, ServedModel>,
): ServedModel | null {
  let bounding: ServedModel | null = null;
  for (const { endpoint } of candidates) {
    const model = models.get(endpoint.model);
    if (model !== undefined) bounding = bounding === null ? model : both(bounding, model);
  }
  return bounding;
}

function both(one: ServedModel, other: ServedModel): ServedModel {
  if (one.id === other.id) return one;
  return {
    ...one,
    contextTokens:
      one.contextTokens === null || other.contextTokens === null
        ? null
        : Math.max(one.contextTokens, other.contextTokens),
    outputTokensMax: smaller(outputCapOf(one), outputCapOf(other)),
    imageTokensMax: Math.max(one.imageTokensMax, other.imageTokensMax),
    hiddenOutput: one.hiddenOutput || other.hiddenOutput,
    takesImages: one.takesImages || other.takesImages,
  };
}

function outputCapOf({ outputTokensMax, contextTokens }: ServedModel): number | null {
  return outputTokensMax ?? contextTokens;
}

function smaller(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : Math.min(one, other);
}
