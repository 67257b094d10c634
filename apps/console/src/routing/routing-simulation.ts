import { Injectable } from '@nestjs/common';
import {
  SANDBOX_PROVIDER,
  type EndpointHealth,
  type SimulatedRouting,
  type SimulateRoutingBody,
} from '@weir/contracts';
import {
  NO_WISHES,
  priceAt,
  pricedFor,
  routeOptionsOf,
  storedRouting,
  tokenPriceAt,
  UNPRICED_SETTING,
  type Catalog,
  type CatalogEndpoint,
  type CatalogModel,
} from '@weir/data';
import {
  buildRoutingTrace,
  comparablePrice,
  lackingCapability,
  pseudoModelOf,
  rankEndpoints,
  resolveRouting,
  routingProblem,
  withoutSimulation,
  type RouteEndpoint,
  type Routing,
  type RoutingLevel,
} from '@weir/domain';
import { factor, formatMoney, nano } from '@weir/units';
import type { Identity } from '../http/access.js';
import { invalidField, notFound } from '../http/api-error.js';
import { LiveRepository } from '../live/live.repository.js';
import { endpointHealth } from '../live/pulses.js';
import { RoutingRepository, type RoutedLimits } from './routing.repository.js';

/** What a simulation knows when it looks at an endpoint. */
interface Known {
  readonly catalog: Catalog;
  readonly limits: RoutedLimits;
  /** By endpoint, as the gateway that sees it worst does. */
  readonly health: ReadonlyMap<string, EndpointHealth>;
  readonly nowMs: number;
}

/**
 * Where a request would go: the catalogue, wishes and health of this instant through the very functions that route
 * requests. Which candidate a caller used last is known to its gateway alone, so level scores are drawn by the seed.
 */
@Injectable()
export class RoutingSimulation {
  constructor(
    private readonly repository: RoutingRepository,
    private readonly live: LiveRepository,
  ) {}

  async simulate(caller: Identity, body: SimulateRoutingBody): Promise<SimulatedRouting> {
    const [catalog, limits, pulses] = await Promise.all([
      this.repository.catalog(),
      this.repository.limits(caller.accountId, body.key ?? null),
      this.live.pulses(),
    ]);
    if (!limits) throw notFound('key');
    const routing = routingOf(body, limits);
    const health = new Map(endpointHealth(pulses).map((one) => [one.endpoint_id, one]));
    const known: Known = { catalog, limits, health, nowMs: Date.now() };
    const ranking = rankEndpoints(considered(body, known), {
      routing,
      regionPin: limits.regionPin,
      seed: body.seed,
      lastUsed: null,
    });
    const { attempts: _none, ...trace } = buildRoutingTrace({
      policy: routing.policy,
      source: routing.source,
      requestedModel: body.model,
      considered: ranking.judged.map(({ endpoint, excluded, score, terms }) => ({
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
      picked: ranking.order[0]?.id ?? null,
      reason: ranking.reason,
      attempts: [],
    });
    return { ...trace, considered: [...trace.considered] };
  }
}

function routingOf(body: SimulateRoutingBody, limits: RoutedLimits): Routing {
  const policy = pseudoModelOf(body.model)?.policy ?? null;
  const levels: RoutingLevel[] = [];
  if (body.route) levels.push({ source: 'request', options: routeOptionsOf(body.route) });
  if (policy !== null) levels.push({ source: 'model', options: { ...NO_WISHES, policy } });
  const routing = resolveRouting([...levels, ...storedRouting(limits)]);
  const problem = routingProblem(routing);
  if (problem !== null) throw invalidField(`route.${problem.param}`, problem.message);
  return routing;
}

/** The endpoints of the named model, or of every model that a pseudo-model may stand for. */
function considered(body: SimulateRoutingBody, known: Known): readonly RouteEndpoint[] {
  const { catalog, limits } = known;
  const isPseudo =
    pseudoModelOf(body.model) !== null && !catalog.models.some(({ id }) => id === body.model);
  const models = catalog.models.filter(
    (model) => model.enabled && (isPseudo ? model.kind === 'chat' : model.id === body.model),
  );
  if (models.length === 0 && !isPseudo)
    throw invalidField('model', 'No such model: GET /api/models lists them.');
  const allowed = models.filter(
    ({ id }) =>
      (limits.keyModels?.includes(id) ?? true) && (limits.tierModels?.includes(id) ?? true),
  );
  if (allowed.length === 0 && !isPseudo)
    throw invalidField('model', 'The key or its tier does not allow this model.');
  const needs = body.needs;
  const endpoints = allowed.flatMap((model) => {
    const lacking =
      isPseudo && needs
        ? lackingCapability(model, { ...needs, contextTokens: needs.context_tokens })
        : null;
    return catalog.endpoints
      .filter((endpoint) => endpoint.enabled && endpoint.model === model.id)
      .flatMap((endpoint) => routeEndpoint(model, endpoint, lacking, known));
  });
  return isPseudo ? withoutSimulation(endpoints, SANDBOX_PROVIDER) : endpoints;
}

/** One endpoint as gateways see it, or nothing where its provider is off. */
function routeEndpoint(
  model: CatalogModel,
  endpoint: CatalogEndpoint,
  unable: string | null,
  known: Known,
): RouteEndpoint[] {
  const provider = known.catalog.providers.find(({ id }) => id === endpoint.provider);
  if (!provider?.enabled) return [];
  const seen = known.health.get(endpoint.id);
  return [
    {
      id: endpoint.id,
      provider: provider.slug,
      model: model.id,
      region: endpoint.region ?? provider.region,
      priceNano: priceOf(model, endpoint, known),
      latencyMs: seen?.p50_ms ?? null,
      carbonGrams: endpoint.carbonGramsPer1k,
      health: seen?.state ?? 'ok',
      // Whether a circuit waits for its probe is not told: it counts as degraded here.
      probe: false,
      priority: endpoint.priority,
      weight: endpoint.weight,
      unable,
    },
  ];
}

function priceOf(model: CatalogModel, endpoint: CatalogEndpoint, known: Known): bigint | null {
  const { catalog, limits, nowMs } = known;
  const tierFactor = factor(limits.priceFactor);
  const prices = catalog.prices.filter((price) => price.model === model.id);
  const version = priceAt(prices, endpoint.id, nowMs);
  if (version !== null) return comparablePrice(pricedFor(version, tierFactor));
  if (catalog.settings[UNPRICED_SETTING] !== 'token-price') return null;
  const price = tokenPriceAt(catalog.tokenPrices, nowMs, tierFactor);
  return price === null ? null : comparablePrice(price);
}
