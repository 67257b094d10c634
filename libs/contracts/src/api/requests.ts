import { z } from 'zod';
import { instant, money, page, paging } from './shapes.js';

const tokens = z.number().int().nullable();
/** One transaction record in a list or a live event (spec/api.md "request record"). */
export const requestRow = z.object({
  generation_id: z.string(),
  accepted_at: instant,
  completed_at: instant.nullable(),
  endpoint: z.string(),
  dialect: z.string(),
  streamed: z.boolean(),
  requested_model: z.string(),
  model: z.string(),
  provider: z.string().nullable(),
  region: z.string().nullable(),
  key: z.object({ id: z.uuid(), label: z.string(), prefix: z.string() }),
  template: z.string().nullable(),
  mode: z.string(),
  http_status: z.number().int(),
  status: z.string(),
  /** Refused calls of one minute that this row stands for; null = the row is one call. */
  refusals: z.number().int().nullish(),
  input_tokens: tokens,
  cache_read_tokens: tokens,
  cache_write_5m_tokens: tokens,
  cache_write_1h_tokens: tokens,
  output_tokens: tokens,
  reasoning_tokens: tokens,
  prompt_tokens: tokens,
  completion_tokens: tokens,
  total_tokens: tokens,
  effective_tokens: z.number().int(),
  cost: money,
  /** Version of the price list; `token-price:N` where the model had no price (admin's policy). */
  price_version: z.string().nullable(),
  usage_provenance: z.enum(['reported', 'drained', 'counted', 'estimated', 'none']),
  latency_ms: z.number().int().nullable(),
  duration_ms: z.number().int().nullable(),
  energy_wh: z.number().nullable(),
  carbon_g: z.number().nullable(),
  note: z.string().optional(),
});
export type RequestRow = z.infer<typeof requestRow>;

export const routingTrace = z.object({
  policy: z.string(),
  /** Who chose the policy: request, model, key, account or default. */
  source: z.string().optional(),
  requested_model: z.string(),
  considered: z
    .array(
      z.object({
        /** Id of the endpoint; absent in traces of the first release. */
        endpoint: z.string().optional(),
        provider: z.string(),
        model: z.string(),
        region: z.string().nullable(),
        price: z.string().nullable(),
        latency_ms: z.number().nullable(),
        carbon: z.number().nullable(),
        health: z.string(),
        excluded: z.string().optional(),
        score: z.number().nullable(),
        terms: z.record(z.string(), z.number()).optional(),
      }),
    )
    .max(20),
  picked: z.string().nullable(),
  reason: z.string(),
  attempts: z.array(
    z.object({
      endpoint: z.string(),
      provider: z.string(),
      started_at: z.string(),
      ms: z.number(),
      outcome: z.string(),
      status: z.number().nullable(),
      model: z.string().optional(),
      /** What this attempt used; null = nothing that is billed. */
      usage: z
        .object({
          input_tokens: z.number().int(),
          cache_read_tokens: z.number().int(),
          cache_write_5m_tokens: z.number().int(),
          cache_write_1h_tokens: z.number().int(),
          output_tokens: z.number().int(),
          reasoning_tokens: z.number().int(),
        })
        .nullish(),
      cost: money.optional(),
    }),
  ),
});
export type RoutingTrace = z.infer<typeof routingTrace>;

/** GET /api/requests/{generation_id}. */
export const requestDetail = requestRow.extend({
  account: z.uuid(),
  reported_model: z.string().nullable(),
  first_byte_at: instant.nullable(),
  settled_at: instant,
  finish_reason: z.string().nullable(),
  tokens_per_second: z.number().nullable(),
  absorbed: money,
  attempts: z.number().int(),
  trace: routingTrace.nullable(),
  client_ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  request_id: z.string().nullable(),
  template_factor: z.string(),
  server_factor: z.string(),
  /** Receipt: one line per token class; Σ cost = cost to the last nano. */
  lines: z.array(
    z.object({
      class: z.string(),
      tokens: z.number().int(),
      price_per_million: money,
      cost: money,
    }),
  ),
});
export type RequestDetail = z.infer<typeof requestDetail>;

export const requestPage = page(requestRow);

/** The filters every usage view shares; dates are instants, `status` is ok | error | a status code or class such as 5xx. */
export const usageFilters = {
  from: instant.optional(),
  to: instant.optional(),
  model: z.string().max(300).optional(),
  key: z.string().max(100).optional(),
  status: z.string().max(100).optional(),
  endpoint: z.string().max(200).optional(),
  mode: z.string().max(100).optional(),
  provider: z.string().max(100).optional(),
};
export const requestsQuery = z.strictObject({
  ...paging,
  ...usageFilters,
  q: z.string().min(3).max(200).optional(),
  /** Operators and admins: `all` lists every account. */
  scope: z.enum(['own', 'all']).default('own'),
});
export type RequestsQuery = z.infer<typeof requestsQuery>;

export const noteBody = z.strictObject({ note: z.string().max(2000) });
