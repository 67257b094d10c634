import type { PlannedClassPrices, PlannedModel, PlannedPrice } from './planned.types.js';

/** Statements of one transaction, whoever holds the connection. */
export interface CatalogueQueries {
  many<T extends object>(
    sql: string,
    values: readonly (string | null | readonly string[])[],
  ): Promise<T[]>;
}

/** Where the models are offered, and where the prices come from. */
export interface CatalogueTarget {
  /** Our provider. */
  readonly provider: string;
  /** Package and version. */
  readonly source: string;
  /** False: prices of what is served are brought up to date, models that are gone stay gone. */
  readonly addModels: boolean;
  readonly createdBy: string | null;
}

/** What an import did. */
export interface CatalogueOutcome {
  readonly modelsAdded: number;
  readonly endpointsAdded: number;
  readonly pricesAdded: number;
  readonly pricesUnchanged: number;
  /** Endpoints whose price an admin wrote: it stays. */
  readonly pricesKept: number;
}

const ADD_MODELS = `INSERT INTO model (id, name, description, kind, context_tokens, output_tokens_max, hidden_output, capabilities)
  SELECT id, name, description, kind, context_tokens, output_tokens_max, hidden_output, capabilities FROM jsonb_to_recordset($1)
    AS x(id text, name text, description text, kind text, context_tokens int, output_tokens_max int, hidden_output boolean, capabilities text[])
  ON CONFLICT (id) DO NOTHING RETURNING id`;

const ADD_ENDPOINTS = `INSERT INTO endpoint (id, provider, model, upstream_model)
  SELECT gen_random_uuid(), $2, x.id, x.upstream FROM jsonb_to_recordset($1) AS x(id text, upstream text)
  WHERE NOT EXISTS (SELECT 1 FROM endpoint e WHERE e.provider = $2 AND e.model = x.id)
  ON CONFLICT DO NOTHING RETURNING id`;

/** All versions that can price a model at this provider's endpoints, oldest first. */
const KNOWN_PRICES = `SELECT e.id AS endpoint, e.model, p.source, p.endpoint IS NOT NULL AS own, p.valid_from AS "validFrom",
    jsonb_build_array(p.input_nano::text, p.output_nano::text, p.cache_read_nano::text, p.cache_write_5m_nano::text, p.cache_write_1h_nano::text,
      p.request_nano::text, (SELECT coalesce(jsonb_agg(jsonb_build_array(t.above_tokens, t.input_nano::text, t.output_nano::text, t.cache_read_nano::text,
        t.cache_write_5m_nano::text, t.cache_write_1h_nano::text) ORDER BY t.above_tokens), '[]') FROM price_tier t WHERE t.version = p.version)) AS figures
  FROM endpoint e LEFT JOIN price p ON p.model = e.model AND (p.endpoint = e.id OR p.endpoint IS NULL)
  WHERE e.provider = $1 AND e.model = ANY ($2) ORDER BY e.id, p.valid_from, p.version`;

const ADD_PRICES = `WITH x AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1) AS x(model text, endpoint uuid, starts_at timestamptz, input_nano bigint,
      output_nano bigint, cache_read_nano bigint, cache_write_5m_nano bigint, cache_write_1h_nano bigint, request_nano bigint, tiers jsonb)),
  added AS (INSERT INTO price (model, endpoint, valid_from, input_nano, output_nano, cache_read_nano, cache_write_5m_nano, cache_write_1h_nano,
      request_nano, source, reason, created_by)
    SELECT model, endpoint, coalesce(starts_at, now()), input_nano, output_nano, cache_read_nano, cache_write_5m_nano, cache_write_1h_nano,
      request_nano, 'catalogue', $2, $3::uuid FROM x RETURNING version, endpoint, valid_from)
  INSERT INTO price_tier (version, above_tokens, input_nano, output_nano, cache_read_nano, cache_write_5m_nano, cache_write_1h_nano)
  SELECT a.version, t.above_tokens, t.input_nano, t.output_nano, t.cache_read_nano, t.cache_write_5m_nano, t.cache_write_1h_nano
    FROM x JOIN added a ON a.endpoint = x.endpoint AND a.valid_from = coalesce(x.starts_at, now())
    CROSS JOIN LATERAL jsonb_to_recordset(x.tiers) AS t(above_tokens int, input_nano bigint, output_nano bigint, cache_read_nano bigint,
      cache_write_5m_nano bigint, cache_write_1h_nano bigint)`;

interface KnownPrice {
  readonly endpoint: string;
  readonly model: string;
  readonly source: string | null;
  readonly own: boolean | null;
  readonly validFrom: Date | null;
  readonly figures: unknown;
}

/**
 * Writes a plan. Any run may repeat it: a model, an endpoint or a price that is there stays as it is, a price that
 * changed becomes a new version from now on (or from the day it begins), and a price of an admin's own is never
 * replaced. Prices belong to the endpoint: another provider may ask another price for the same model.
 */
export async function writeCatalogue(
  on: CatalogueQueries,
  target: CatalogueTarget,
  models: readonly PlannedModel[],
): Promise<CatalogueOutcome> {
  let modelsAdded = 0;
  let endpointsAdded = 0;
  if (target.addModels) {
    modelsAdded = (await on.many(ADD_MODELS, [JSON.stringify(models.map(modelRow))])).length;
    const endpoints = models.map(({ id, upstreamModel }) => ({ id, upstream: upstreamModel }));
    const added = await on.many(ADD_ENDPOINTS, [JSON.stringify(endpoints), target.provider]);
    endpointsAdded = added.length;
  }
  const ids = models.map(({ id }) => id);
  const known = await on.many<KnownPrice>(KNOWN_PRICES, [target.provider, ids]);
  const { rows, unchanged, kept } = newVersions(models, known, new Date());
  await on.many(ADD_PRICES, [JSON.stringify(rows), target.source, target.createdBy]);
  return {
    modelsAdded,
    endpointsAdded,
    pricesAdded: rows.length,
    pricesUnchanged: unchanged,
    pricesKept: kept,
  };
}

function newVersions(
  models: readonly PlannedModel[],
  known: readonly KnownPrice[],
  now: Date,
): { rows: object[]; unchanged: number; kept: number } {
  const planned = new Map(models.map((model) => [model.id, model]));
  const rows: object[] = [];
  let unchanged = 0;
  let kept = 0;
  for (const [endpoint, versions] of Map.groupBy(known, (one) => one.endpoint)) {
    const model = planned.get(versions[0]?.model ?? '');
    for (const { startsAt, price } of model?.versions ?? []) {
      const valid = validAt(versions, startsAt ?? now);
      if (valid !== undefined && valid.source !== 'catalogue') kept += 1;
      else if (JSON.stringify(valid?.figures) === JSON.stringify(figuresOf(price))) unchanged += 1;
      else rows.push(priceRow(model?.id ?? '', endpoint, startsAt, price));
    }
  }
  return { rows, unchanged, kept };
}

/** The endpoint's own version valid at an instant, else the model's; the list is oldest first. */
function validAt(versions: readonly KnownPrice[], at: Date): KnownPrice | undefined {
  const begun = versions.filter(({ validFrom }) => validFrom !== null && validFrom <= at);
  return begun.findLast(({ own }) => own === true) ?? begun.at(-1);
}

function figuresOf(price: PlannedPrice): unknown {
  const { requestNano, tiers } = price;
  return [
    ...classFigures(price),
    requestNano?.toString() ?? null,
    tiers.map((tier) => [tier.aboveTokens, ...classFigures(tier)]),
  ];
}

function classFigures(prices: PlannedClassPrices): (string | null)[] {
  return [
    prices.inputNano.toString(),
    prices.outputNano.toString(),
    prices.cacheReadNano.toString(),
    prices.cacheWrite5mNano.toString(),
    prices.cacheWrite1hNano?.toString() ?? null,
  ];
}

function priceRow(
  model: string,
  endpoint: string,
  startsAt: Date | null,
  price: PlannedPrice,
): object {
  return {
    model,
    endpoint,
    starts_at: startsAt?.toISOString() ?? null,
    ...classColumns(price),
    request_nano: price.requestNano?.toString() ?? null,
    tiers: price.tiers.map((tier) => ({ above_tokens: tier.aboveTokens, ...classColumns(tier) })),
  };
}

function classColumns(prices: PlannedClassPrices): Record<string, string | null> {
  const [input = null, output = null, read = null, write5m = null, write1h = null] =
    classFigures(prices);
  return {
    input_nano: input,
    output_nano: output,
    cache_read_nano: read,
    cache_write_5m_nano: write5m,
    cache_write_1h_nano: write1h,
  };
}

function modelRow(model: PlannedModel): object {
  return {
    id: model.id,
    name: model.name.slice(0, 200),
    description: model.description.slice(0, 2_000),
    kind: model.kind,
    context_tokens: model.contextTokens,
    output_tokens_max: model.outputTokensMax,
    hidden_output: model.hiddenOutput,
    capabilities: model.capabilities,
  };
}
