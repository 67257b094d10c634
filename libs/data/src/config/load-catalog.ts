import { callDatabase } from '../money/database-call.js';
import type { Database } from '../money/database-call.js';

/** An upstream. `credential` is still encrypted. Factors are ten-thousandths. */
export interface CatalogProvider {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly kind: 'openai' | 'anthropic' | 'gemini';
  readonly baseUrl: string;
  readonly credential: string | null;
  readonly region: string | null;
  readonly enabled: boolean;
  readonly costFactor: number;
  readonly forwardHeaders: readonly string[];
}

/** A model as clients name it. */
export interface CatalogModel {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly kind: 'chat' | 'embeddings' | 'images' | 'audio' | 'rerank';
  readonly contextTokens: number | null;
  readonly outputTokensMax: number | null;
  readonly imageTokensMax: number;
  /** Whether output is billed that nobody sees (reasoning): held whole, never in slices. */
  readonly hiddenOutput: boolean;
  readonly capabilities: readonly string[];
  readonly enabled: boolean;
  readonly createdAtMs: number;
}

/** A model at a provider. */
export interface CatalogEndpoint {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly upstreamModel: string;
  readonly region: string | null;
  /** Lower is tried first. */
  readonly priority: number;
  readonly weight: number;
  /** Grams of CO₂e per 1,000 tokens; null = unknown. */
  readonly carbonGramsPer1k: number | null;
  readonly enabled: boolean;
}

/** Nano per million tokens; null = the default multiple of input. */
export interface CatalogClassPrices {
  readonly inputNano: bigint;
  readonly outputNano: bigint;
  readonly cacheReadNano: bigint | null;
  readonly cacheWrite5mNano: bigint | null;
  readonly cacheWrite1hNano: bigint | null;
}

/** Prices of a request whose prompt has more tokens than so many. */
export interface CatalogPriceTier extends CatalogClassPrices {
  readonly aboveTokens: number;
}

/** A price version. */
export interface CatalogPrice extends CatalogClassPrices {
  readonly version: bigint;
  readonly model: string;
  /** Null = every endpoint of the model that has no price of its own. */
  readonly endpoint: string | null;
  readonly validFromMs: number;
  /** Nano per request. */
  readonly requestNano: bigint | null;
  /** By rising `aboveTokens`; empty = one price for all prompts. */
  readonly tiers: readonly CatalogPriceTier[];
}

/** A version of the price of one token, for budgets and for models without a price of their own. */
export interface CatalogTokenPrice {
  readonly version: bigint;
  /** Nano EUR per token. */
  readonly priceNano: bigint;
  /** Nano of the ledger currency per EUR; null = the admin stated none. */
  readonly ledgerRateNano: bigint | null;
  readonly validFromMs: number;
}

/** The catalogue of one instant: the current and all future price versions, newest last. */
export interface Catalog {
  /** Newer than this in a beat's answer ⇒ load again. */
  readonly configSeq: bigint;
  readonly providers: readonly CatalogProvider[];
  readonly models: readonly CatalogModel[];
  readonly endpoints: readonly CatalogEndpoint[];
  readonly prices: readonly CatalogPrice[];
  readonly tokenPrices: readonly CatalogTokenPrice[];
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Versions replaced within the last hour stay, for requests accepted just before. */
const CATALOG = `
WITH p AS (SELECT *, lead(valid_from) OVER (PARTITION BY model, endpoint ORDER BY valid_from, version) AS replaced_at FROM price),
  tp AS (SELECT *, lead(valid_from) OVER (ORDER BY valid_from, version) AS replaced_at FROM token_price)
SELECT (SELECT seq::text FROM config_version) AS "configSeq",
  (SELECT coalesce(json_agg(json_build_object('id', id, 'slug', slug, 'name', name, 'kind', kind, 'baseUrl', base_url, 'credential', credential,
    'region', region, 'enabled', enabled, 'costFactor', cost_factor, 'forwardHeaders', forward_headers) ORDER BY slug), '[]') FROM provider) AS providers,
  (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'description', description, 'kind', kind, 'contextTokens', context_tokens, 'outputTokensMax', output_tokens_max,
    'imageTokensMax', image_tokens_max, 'hiddenOutput', hidden_output, 'capabilities', capabilities, 'enabled', enabled,
    'createdAtMs', floor(extract(epoch FROM created_at) * 1000)) ORDER BY id), '[]') FROM model) AS models,
  (SELECT coalesce(json_agg(json_build_object('id', id, 'provider', provider, 'model', model, 'upstreamModel', upstream_model, 'region', region,
    'priority', priority, 'weight', weight, 'carbonGramsPer1k', carbon_grams_per_1k, 'enabled', enabled) ORDER BY model, priority, id), '[]') FROM endpoint) AS endpoints,
  (SELECT coalesce(json_agg(json_build_object('version', version::text, 'model', model, 'endpoint', endpoint, 'validFromMs', extract(epoch FROM valid_from) * 1000,
    'inputNano', input_nano::text, 'outputNano', output_nano::text, 'cacheReadNano', cache_read_nano::text, 'cacheWrite5mNano', cache_write_5m_nano::text,
    'cacheWrite1hNano', cache_write_1h_nano::text, 'requestNano', request_nano::text,
    'tiers', (SELECT coalesce(json_agg(json_build_object('aboveTokens', t.above_tokens, 'inputNano', t.input_nano::text, 'outputNano', t.output_nano::text,
      'cacheReadNano', t.cache_read_nano::text, 'cacheWrite5mNano', t.cache_write_5m_nano::text, 'cacheWrite1hNano', t.cache_write_1h_nano::text)
      ORDER BY t.above_tokens), '[]') FROM price_tier t WHERE t.version = p.version)) ORDER BY valid_from, version), '[]')
    FROM p WHERE replaced_at IS NULL OR replaced_at > now() - interval '1 hour') AS prices,
  (SELECT coalesce(json_agg(json_build_object('version', version::text, 'priceNano', price_nano::text,
    'ledgerRateNano', ledger_rate_nano::text, 'validFromMs', extract(epoch FROM valid_from) * 1000)
    ORDER BY valid_from, version), '[]') FROM tp WHERE replaced_at IS NULL OR replaced_at > now() - interval '1 hour') AS "tokenPrices",
  (SELECT coalesce(json_object_agg(name, value), '{}') FROM setting) AS settings`;

interface ClassPricesText {
  inputNano: string;
  outputNano: string;
  cacheReadNano: string | null;
  cacheWrite5mNano: string | null;
  cacheWrite1hNano: string | null;
}
interface PriceText extends ClassPricesText {
  version: string;
  model: string;
  endpoint: string | null;
  validFromMs: number;
  requestNano: string | null;
  tiers: (ClassPricesText & { aboveTokens: number })[];
}
interface CatalogText extends Omit<Catalog, 'configSeq' | 'prices' | 'tokenPrices'> {
  configSeq: string;
  prices: PriceText[];
  tokenPrices: {
    version: string;
    priceNano: string;
    ledgerRateNano: string | null;
    validFromMs: number;
  }[];
}

/** Providers, models, endpoints, prices and settings in one statement, hence of one snapshot. */
export async function loadCatalog(database: Database): Promise<Catalog> {
  const [text] = await callDatabase<CatalogText>(database, { name: 'catalog', text: CATALOG });
  if (text === undefined) throw new Error('The catalogue query answered no row.');
  return {
    ...text,
    configSeq: BigInt(text.configSeq),
    prices: text.prices.map(readPrice),
    tokenPrices: text.tokenPrices.map((price) => ({
      version: BigInt(price.version),
      priceNano: BigInt(price.priceNano),
      ledgerRateNano: optional(price.ledgerRateNano),
      validFromMs: price.validFromMs,
    })),
  };
}

function readPrice(price: PriceText): CatalogPrice {
  const { version, model, endpoint, validFromMs, requestNano, tiers } = price;
  return {
    version: BigInt(version),
    model,
    endpoint,
    validFromMs,
    ...readClassPrices(price),
    requestNano: optional(requestNano),
    tiers: tiers.map((tier) => ({ aboveTokens: tier.aboveTokens, ...readClassPrices(tier) })),
  };
}

function readClassPrices(text: ClassPricesText): CatalogClassPrices {
  return {
    inputNano: BigInt(text.inputNano),
    outputNano: BigInt(text.outputNano),
    cacheReadNano: optional(text.cacheReadNano),
    cacheWrite5mNano: optional(text.cacheWrite5mNano),
    cacheWrite1hNano: optional(text.cacheWrite1hNano),
  };
}

function optional(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
