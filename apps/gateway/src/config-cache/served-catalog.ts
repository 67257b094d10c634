import {
  priceAt,
  pricedFor,
  tokenPriceAt,
  UNPRICED_SETTING,
  type Catalog,
  type CatalogEndpoint,
  type CatalogModel,
  type CatalogPrice,
  type CatalogProvider,
  type CatalogTokenPrice,
} from '@weir/data';
import { comparablePrice, type CompletePrice } from '@weir/domain';
import {
  OPERATIONS,
  operationUrl,
  PROVIDER_KINDS,
  type Operation,
  type ProviderKind,
} from '@weir/providers';
import { FACTOR_ONE, factor, type Factor } from '@weir/units';
import type { Pool } from 'undici';
import { ForwardedHeaders } from '../forward/upstream-headers.js';
import type { BeginCandidate, JournaledClassPrices } from '../money/money-path.types.js';
import type { PricedEndpoint, ServedEndpoint, ServedModel } from './served-endpoint.js';

export interface ServedCatalogInput {
  readonly catalog: Catalog;
  readonly poolOf: (origin: string) => Pool;
  /** Decrypts a provider's credential; null = it has none or it cannot be read. */
  readonly unseal: (provider: CatalogProvider) => string | null;
}

const USER_AGENT = 'weir/0.1';

/**
 * The catalogue as the hot path uses it: one object per model and endpoint with everything computed that does
 * not depend on the request. Prices are looked up by instant and kept until the next version begins.
 */
export class ServedCatalog {
  readonly models: ReadonlyMap<string, ServedModel>;
  readonly configSeq: bigint;
  /** Origins in use, for closing the pools of others. */
  readonly origins: ReadonlySet<string>;
  readonly #pricesByModel = new Map<string, CatalogPrice[]>();
  readonly #priced = new Map<string, PricedEndpoint | null>();
  /** Prices of the models without one; empty under the policy `block`. */
  readonly #tokenPrices: readonly CatalogTokenPrice[];
  /** Instant the next known price version begins, ms; kept answers are dropped then. */
  #nextPriceAtMs = 0;

  constructor(input: ServedCatalogInput) {
    const { catalog } = input;
    this.configSeq = catalog.configSeq;
    for (const price of catalog.prices) {
      const list = this.#pricesByModel.get(price.model);
      if (list === undefined) this.#pricesByModel.set(price.model, [price]);
      else list.push(price);
    }
    const charges = catalog.settings[UNPRICED_SETTING] === 'token-price';
    this.#tokenPrices = charges ? catalog.tokenPrices : [];
    const origins = new Set<string>();
    const providers = new Map(catalog.providers.map((provider) => [provider.id, provider]));
    const headersOf = new Map<string, string[]>();
    const endpointsOf = new Map<string, ServedEndpoint[]>();
    const answersResponses = new Set(
      catalog.models.filter(declaresResponses).map((model) => model.id),
    );
    for (const endpoint of catalog.endpoints) {
      const provider = providers.get(endpoint.provider);
      if (!endpoint.enabled || provider === undefined || !provider.enabled) continue;
      const kind = PROVIDER_KINDS.get(provider.kind);
      const origin = originOf(provider.baseUrl);
      if (kind === undefined || origin === null) continue;
      origins.add(origin);
      let headers = headersOf.get(provider.id);
      if (headers === undefined) {
        headers = requestHeaders(kind, input.unseal(provider));
        headersOf.set(provider.id, headers);
      }
      const pool = input.poolOf(origin);
      const isDeclared = answersResponses.has(endpoint.model);
      const served = serve({ endpoint, provider, kind, headers, pool, isDeclared });
      const list = endpointsOf.get(endpoint.model);
      if (list === undefined) endpointsOf.set(endpoint.model, [served]);
      else list.push(served);
    }
    this.origins = origins;
    const models = new Map<string, ServedModel>();
    for (const model of catalog.models) {
      if (!model.enabled) continue;
      models.set(model.id, {
        id: model.id,
        name: model.name,
        description: model.description,
        kind: model.kind,
        contextTokens: model.contextTokens,
        outputTokensMax: model.outputTokensMax,
        imageTokensMax: model.imageTokensMax,
        hiddenOutput: model.hiddenOutput,
        createdAtMs: model.createdAtMs,
        endpoints: endpointsOf.get(model.id) ?? [],
        capabilities: model.capabilities,
        takesImages: model.capabilities.includes('vision'),
      });
    }
    this.models = models;
  }

  /** The endpoint with the price that a tier pays at `nowMs`; null = unpriced. Warm calls are one map look-up. */
  priced(
    model: ServedModel,
    endpoint: ServedEndpoint,
    tierFactor: Factor,
    nowMs: number,
  ): PricedEndpoint | null {
    if (nowMs >= this.#nextPriceAtMs) this.#forgetPrices(nowMs);
    const slot = tierFactor === FACTOR_ONE ? endpoint.id : `${endpoint.id} ${String(tierFactor)}`;
    const found = this.#priced.get(slot);
    if (found !== undefined) return found;
    const version = priceAt(this.#pricesByModel.get(model.id) ?? [], endpoint.id, nowMs);
    const price =
      version === null
        ? tokenPriceAt(this.#tokenPrices, nowMs, tierFactor)
        : pricedFor(version, tierFactor);
    const priced = price === null ? null : withPrice(endpoint, price);
    this.#priced.set(slot, priced);
    return priced;
  }

  #forgetPrices(nowMs: number): void {
    this.#priced.clear();
    this.#nextPriceAtMs = Number.POSITIVE_INFINITY;
    for (const prices of [...this.#pricesByModel.values(), this.#tokenPrices]) {
      for (const { validFromMs } of prices) {
        if (validFromMs > nowMs && validFromMs < this.#nextPriceAtMs) {
          this.#nextPriceAtMs = validFromMs;
        }
      }
    }
  }
}

function withPrice(endpoint: ServedEndpoint, price: CompletePrice): PricedEndpoint {
  return {
    endpoint,
    price,
    comparableNano: comparablePrice(price),
    begin: {
      endpointId: endpoint.id,
      provider: endpoint.provider,
      region: endpoint.region,
      priceVersion: price.versionId,
      price: journaledPrice(price),
      serverFactor: endpoint.serverFactor,
    },
  };
}

/** The price as `begin` carries it, so that recovery needs no catalogue. */
function journaledPrice(price: CompletePrice): BeginCandidate['price'] {
  const { request, tiers } = price;
  const texts = { ...journaledClasses(price), request: request.toString() };
  if (tiers === undefined) return texts;
  return {
    ...texts,
    tiers: tiers.map((tier) => ({ above: tier.abovePromptTokens, ...journaledClasses(tier) })),
  };
}

function journaledClasses(
  prices: Omit<CompletePrice, 'versionId' | 'request' | 'tiers'>,
): JournaledClassPrices {
  return {
    input: prices.input.toString(),
    cacheRead: prices.cacheRead.toString(),
    cacheWrite5m: prices.cacheWrite5m.toString(),
    cacheWrite1h: prices.cacheWrite1h.toString(),
    output: prices.output.toString(),
  };
}

interface ServeInput {
  readonly endpoint: CatalogEndpoint;
  readonly provider: CatalogProvider;
  readonly kind: ProviderKind;
  readonly headers: string[];
  readonly pool: Pool;
  /** Whether the model is declared to answer OpenAI's Responses. */
  readonly isDeclared: boolean;
}

/** Most OpenAI-compatible servers know chat alone: the admin says of a model that its provider serves Responses. */
function declaresResponses({ capabilities }: CatalogModel): boolean {
  return capabilities.includes('responses');
}

function serve(input: ServeInput): ServedEndpoint {
  const { endpoint, provider, kind, headers, pool, isDeclared } = input;
  return {
    id: endpoint.id,
    model: endpoint.model,
    provider: provider.slug,
    region: endpoint.region ?? provider.region,
    upstreamModel: endpoint.upstreamModel,
    priority: endpoint.priority,
    weight: endpoint.weight,
    carbonGrams: endpoint.carbonGramsPer1k,
    serverFactor: factor(provider.costFactor),
    pool,
    dialect: kind.dialect,
    servesResponses: isDeclared && kind.dialect === 'openai',
    paths: pathsOf(kind, provider.baseUrl, endpoint.upstreamModel),
    maxTokensField: kind.maxTokensField(endpoint.upstreamModel),
    headers,
    forwarded: new ForwardedHeaders(provider.forwardHeaders),
  };
}

/** Path and query of every operation the endpoint has. */
function pathsOf(
  kind: ProviderKind,
  baseUrl: string,
  upstreamModel: string,
): ReadonlyMap<Operation, string> {
  const paths = new Map<Operation, string>();
  for (const operation of OPERATIONS) {
    const text = operationUrl(kind, baseUrl, operation, upstreamModel);
    if (text === null) continue;
    const url = new URL(text);
    paths.set(operation, url.pathname + url.search);
  }
  return paths;
}

/** Flat and lower case; `identity`, because a compressed answer could not be read while it passes. */
function requestHeaders(kind: ProviderKind, credential: string | null): string[] {
  const headers = [
    'content-type',
    'application/json',
    'accept-encoding',
    'identity',
    'user-agent',
    USER_AGENT,
    ...Object.entries(kind.headers).flat(),
  ];
  if (credential !== null) headers.push(...Object.entries(kind.authorise(credential)).flat());
  return headers;
}

/** Origin of a base URL; null for one we would never call (other schemes, user info). */
export function originOf(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  return url.username === '' && url.password === '' ? url.origin : null;
}
