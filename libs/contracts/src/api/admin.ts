import { z } from 'zod';
import { email, password, role } from './auth.js';
import { factor, instant, money, moneyNotNegative } from './shapes.js';

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'Use lower-case letters, digits and hyphens.');
const partial = <S extends z.ZodRawShape>(shape: S) => z.object(shape).partial().shape;

export const createUserBody = z.strictObject({
  email,
  password,
  name: z.string().min(1).max(100),
  role: role.default('user'),
});
export type CreateUserBody = z.infer<typeof createUserBody>;
export const updateUserBody = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  role: role.optional(),
  active: z.boolean().optional(),
  password: password.optional(),
  tier: z.uuid().optional(),
});
export const adminUser = z.object({
  id: z.uuid(),
  email,
  name: z.string(),
  role,
  active: z.boolean(),
  account: z.object({ id: z.uuid() }),
  tier: z.object({ id: z.uuid(), name: z.string() }),
  balance: money,
  created_at: instant,
  last_seen_at: instant.nullable(),
});
export type AdminUser = z.infer<typeof adminUser>;

const providerFields = {
  slug,
  name: z.string().min(1).max(100),
  kind: z.enum(['openai', 'anthropic', 'gemini']),
  base_url: z.url().max(500),
  region: z.string().max(100).nullable(),
  enabled: z.boolean(),
  cost_factor: factor,
  forward_headers: z.array(z.string().regex(/^[a-z0-9-]+\*?$/)).max(50),
};
/** The credential is write-only: answers carry `credential_hint` (its last 4 characters) only. */
export const createProviderBody = z.strictObject({
  ...partial(providerFields),
  slug,
  name: providerFields.name,
  kind: providerFields.kind,
  base_url: providerFields.base_url,
  credential: z.string().min(1).max(5000).optional(),
});
export const updateProviderBody = z.strictObject({
  ...partial(providerFields),
  credential: z.string().min(1).max(5000).optional(),
});
export const providerView = z.object({
  id: z.uuid(),
  ...providerFields,
  credential_hint: z.string().nullable(),
  created_at: instant,
});
export type ProviderView = z.infer<typeof providerView>;

const modelFields = {
  name: z.string().min(1).max(200),
  description: z.string().max(2000),
  kind: z.enum(['chat', 'embeddings', 'images', 'audio', 'rerank']),
  context_tokens: z.number().int().positive().nullable(),
  output_tokens_max: z.number().int().positive().nullable(),
  image_tokens_max: z.number().int().nonnegative(),
  hidden_output: z.boolean(),
  capabilities: z.array(z.string().max(50)).max(30),
  enabled: z.boolean(),
};
const modelId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$/, 'Use letters, digits and . _ : / @ -');
/** A new model may not take a name of Weir's own pseudo-models. */
const newModelId = modelId.refine(
  (id) => !id.startsWith('weir/'),
  'Names under weir/ stand for Weir’s own pseudo-models: choose another.',
);
export const createModelBody = z.strictObject({ ...partial(modelFields), id: newModelId });
export const updateModelBody = z.strictObject(partial(modelFields));
export const modelView = z.object({
  id: modelId,
  ...modelFields,
  created_at: instant,
  /** Price now, per million tokens; null = unpriced. */
  price: z
    .object({
      version: z.string(),
      input: money,
      output: money,
      cache_read: money.nullable(),
      cache_write_5m: money.nullable(),
      cache_write_1h: money.nullable(),
      request: money.nullable(),
    })
    .nullable(),
  endpoints: z.number().int(),
});
export type ModelView = z.infer<typeof modelView>;

const endpointFields = {
  provider: z.uuid(),
  model: modelId,
  upstream_model: z.string().min(1).max(300),
  region: z.string().max(100).nullable(),
  priority: z.number().int().min(0).max(10_000),
  weight: z.number().int().min(1).max(10_000),
  /** Grams of CO₂e per 1,000 tokens, as the operator knows it; null = unknown: routing neither prefers nor avoids it. */
  carbon_grams_per_1k: z.number().min(0).max(100_000).nullable(),
  enabled: z.boolean(),
};
export const createEndpointBody = z.strictObject({
  ...partial(endpointFields),
  provider: z.uuid(),
  model: modelId,
  upstream_model: endpointFields.upstream_model,
});
export const updateEndpointBody = z.strictObject(
  partial({
    upstream_model: endpointFields.upstream_model,
    region: endpointFields.region,
    priority: endpointFields.priority,
    weight: endpointFields.weight,
    carbon_grams_per_1k: endpointFields.carbon_grams_per_1k,
    enabled: endpointFields.enabled,
  }),
);
export const endpointView = z.object({
  id: z.uuid(),
  ...endpointFields,
  provider_slug: z.string(),
  created_at: instant,
});
export type EndpointView = z.infer<typeof endpointView>;

/** Per million tokens, decimal strings; a price is never edited, each POST is a new version. */
const classPriceFields = {
  input: moneyNotNegative,
  output: moneyNotNegative,
  cache_read: moneyNotNegative.nullable(),
  cache_write_5m: moneyNotNegative.nullable(),
  cache_write_1h: moneyNotNegative.nullable(),
};
/** What a whole request costs whose prompt has more tokens than `above_tokens`. */
const priceTierFields = { above_tokens: z.number().int().positive(), ...classPriceFields };
const priceFields = {
  model: modelId,
  endpoint: z.uuid().nullable(),
  valid_from: instant,
  ...classPriceFields,
  request: moneyNotNegative.nullable(),
  reason: z.string().max(300).nullable(),
};
/**
 * `confirm_zero` must be true where a class that can be billed costs 0: nothing is ever free by accident. The output
 * of a model that has none (embeddings, rerank) may be 0, and so may the fee per request.
 */
export const createPriceBody = z.strictObject({
  ...partial(priceFields),
  model: modelId,
  input: priceFields.input,
  output: priceFields.output,
  tiers: z
    .array(
      z.strictObject({
        ...partial(priceTierFields),
        above_tokens: priceTierFields.above_tokens,
        input: priceTierFields.input,
        output: priceTierFields.output,
      }),
    )
    .max(10)
    .refine(
      (tiers) => new Set(tiers.map((tier) => tier.above_tokens)).size === tiers.length,
      'Each tier needs an above_tokens of its own.',
    )
    .optional(),
  confirm_zero: z.boolean().optional(),
});
export const priceView = z.object({
  version: z.string(),
  ...priceFields,
  tiers: z.array(z.object(priceTierFields)),
  source: z.string(),
  created_at: instant,
});
export type PriceView = z.infer<typeof priceView>;

/** `eur_rate`: units of the ledger currency per EUR, for models without a price; absent = as before. */
export const tokenPriceBody = z.strictObject({
  eur_per_token: moneyNotNegative,
  eur_rate: moneyNotNegative.optional(),
  valid_from: instant.optional(),
});
export const tokenPriceView = z.object({
  version: z.string(),
  eur_per_token: money,
  eur_rate: money.nullable(),
  valid_from: instant,
  created_at: instant,
});

/**
 * Imports models and prices of the catalogue that ships with Weir. `catalogue`: its name there; absent = found by the
 * provider's address. `models`: these alone. `usd_rate`: units of the ledger currency per USD, kept for the next time.
 */
export const importCatalogueBody = z.strictObject({
  provider: z.uuid(),
  catalogue: z.string().min(1).max(60).optional(),
  models: z.array(modelId).min(1).max(1000).optional(),
  usd_rate: moneyNotNegative.optional(),
});
export const catalogueImport = z.object({
  catalogue: z.string(),
  /** Package and version the prices come from. */
  source: z.string(),
  models_added: z.number().int(),
  endpoints_added: z.number().int(),
  prices_added: z.number().int(),
  prices_unchanged: z.number().int(),
  /** Prices that an admin wrote: they stay. */
  prices_kept: z.number().int(),
  skipped: z.array(z.object({ model: z.string(), reason: z.string() })),
});
export type CatalogueImport = z.infer<typeof catalogueImport>;

/** What a model without a price does: `block` refuses, `token-price` charges every token the token price. */
export const unpricedModelsBody = z.strictObject({ policy: z.enum(['block', 'token-price']) });
export const unpricedModelsView = z.object({
  ...unpricedModelsBody.shape,
  /** What a million tokens of such a model cost now, ledger currency; null = no rate was stated, or it would be free. */
  price_per_million: money.nullable(),
});
export type UnpricedModelsView = z.infer<typeof unpricedModelsView>;

export const templateModel = z.strictObject({
  model: z.string().min(1).max(300),
  endpoint: z.uuid().nullable().default(null),
  required: z.boolean().default(true),
});
export const templateDefinition = z.strictObject({
  categories: z.record(
    z.string().regex(/^[a-z0-9_]{1,60}$/),
    z.strictObject({
      models: z.array(templateModel).min(1).max(20),
      system_prompt: z.string().max(100_000).optional(),
      context_window: z.number().int().positive().optional(),
    }),
  ),
  planner: z
    .strictObject({
      model: z.string().max(300).optional(),
      prompt: z.string().max(100_000).optional(),
    })
    .optional(),
  judge: z
    .strictObject({
      model: z.string().max(300).optional(),
      prompt: z.string().max(100_000).optional(),
    })
    .optional(),
});
export type TemplateDefinition = z.infer<typeof templateDefinition>;
const templateFields = {
  name: z.string().min(1).max(100),
  description: z.string().max(2000),
  definition: templateDefinition,
  cost_factor: factor,
  active: z.boolean(),
};
export const createTemplateBody = z.strictObject({
  ...partial(templateFields),
  name: templateFields.name,
  definition: templateDefinition,
});
export const updateTemplateBody = z.strictObject(partial(templateFields));
export const templateView = z.object({
  id: z.uuid(),
  ...templateFields,
  version: z.number().int(),
  created_at: instant,
  updated_at: instant,
  grants: z.number().int(),
});
export type TemplateView = z.infer<typeof templateView>;
export const grantBody = z.strictObject({ account: z.uuid() });

export const tierBody = z.strictObject({
  name: z.string().min(1).max(60),
  price_factor: factor.optional(),
  allowed_models: z.array(z.string().max(300)).nullable().optional(),
  requests_per_minute: z.number().int().positive().nullable().optional(),
  tokens_per_minute: z.number().int().positive().nullable().optional(),
  concurrent_requests: z.number().int().positive().nullable().optional(),
  monthly_credit: moneyNotNegative.optional(),
  is_default: z.boolean().optional(),
});
export const tierView = z.object({
  id: z.uuid(),
  name: z.string(),
  price_factor: factor,
  allowed_models: z.array(z.string()).nullable(),
  requests_per_minute: z.number().int().nullable(),
  tokens_per_minute: z.number().int().nullable(),
  concurrent_requests: z.number().int().nullable(),
  monthly_credit: money,
  is_default: z.boolean(),
});
