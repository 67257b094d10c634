import { z } from 'zod';

/**
 * Queue names and payloads. A payload is versioned and minimal: the row holds the truth. `settle` is the
 * exception, for its rows are what the job creates; they carry the column names of table `request`.
 */
export const QUEUES = {
  /** Settlement batches from gateways (≤ 256 rows, ≤ 256 kB each). */
  cost: 'cost',
  /** Crossed budget thresholds that become alerts. */
  budget: 'budget',
  /** One job per delivery of a notification. */
  notify: 'notify',
  /** Background exports. */
  export: 'export',
  /** Sweeps, reconciliation, retention. */
  maintenance: 'maintenance',
} as const;

/** Integers that may exceed 2^53 travel as decimal strings. */
const integerText = z.string().regex(/^-?\d{1,19}$/);
const count = z.number().int().nonnegative();

/** Allowance kinds, in the order of `holds`: balance, tokens/day, tokens/month, tokens/total, key spend total, day, month. */
export const HOLD_KINDS = 7;

/** One ended request as the gateway reports it; field names are columns of table `request`. */
export const settleRowSchema = z.object({
  id: z.uuid(),
  account: z.uuid(),
  key: z.uuid(),
  epoch: z.uuid(),
  accepted_at: z.iso.datetime(),
  first_byte_at: z.iso.datetime().nullable(),
  completed_at: z.iso.datetime().nullable(),
  endpoint: z.string().max(200),
  dialect: z.string().max(20),
  streamed: z.boolean(),
  requested_model: z.string().max(300),
  model: z.string().max(300),
  reported_model: z.string().max(300).nullable(),
  provider: z.string().max(100).nullable(),
  endpoint_id: z.uuid().nullable(),
  region: z.string().max(100).nullable(),
  template: z.string().max(200).nullable(),
  mode: z.string().max(100),
  parent: z.uuid().nullable(),
  http_status: z.number().int(),
  status: z.string().max(100),
  finish_reason: z.string().max(100).nullable(),
  input_tokens: count.nullable(),
  cache_read_tokens: count.nullable(),
  cache_write_5m_tokens: count.nullable(),
  cache_write_1h_tokens: count.nullable(),
  output_tokens: count.nullable(),
  reasoning_tokens: count.nullable(),
  /** Where the usage comes from (decisions §2); `none` when nothing was used. */
  source: z.enum(['reported', 'drained', 'counted', 'estimated', 'none']),
  /** Effective tokens, charged to kinds 1–3. */
  tokens: integerText,
  /** Charged to kinds 0 and 4–6. */
  cost_nano: integerText,
  /** Cost above hold + X that the operator bears (H23) or upstream surplus after a refused slice (H36). */
  absorbed_nano: integerText,
  /** What upstream may bill that nobody was charged for (recovered `begin`): ≤ hold. */
  exposure_nano: integerText,
  price_version: integerText.nullable(),
  template_factor: z.number().int(),
  server_factor: z.number().int(),
  latency_ms: count.nullable(),
  duration_ms: count.nullable(),
  attempts: z.number().int().min(0).max(100),
  trace: z.unknown(),
  client_ip: z.string().max(64).nullable(),
  user_agent: z.string().max(300).nullable(),
  correlation_id: z.string().max(64).nullable(),
  /** Refused calls that this row stands for; absent = it is one call. */
  refusals: count.positive().optional(),
  /** Held on each allowance kind when the request ended; '0' = none taken. */
  holds: z.array(integerText).length(HOLD_KINDS),
});
export type SettleRow = z.infer<typeof settleRowSchema>;

/**
 * Job `settle` on queue `cost`. `batches` are the (epoch, batch number) pairs these rows confirm. Each row is the JSON
 * text of a `SettleRow`: a gateway keeps unsettled rows by the thousand, and text costs its memory and its garbage
 * collector next to nothing. Version 1 had the rows as objects and is still read.
 */
export const settleJobSchema = z.object({
  v: z.literal(2),
  batches: z.array(z.tuple([z.uuid(), integerText])).max(64),
  rows: z.array(z.string()).min(1).max(256),
});
export type SettleJob = z.infer<typeof settleJobSchema>;

/** Job on queue `budget`: an `alert_fired` row to turn into a notification. */
export const budgetAlertJobSchema = z.object({
  v: z.literal(1),
  account: z.uuid(),
  kind: z.number().int().min(0).max(6),
  period: z.iso.date(),
  threshold: z.number().int().min(1).max(100),
  cap: integerText,
});
export type BudgetAlertJob = z.infer<typeof budgetAlertJobSchema>;

/** Job on queue `export`: a row of `export_file` to fill. */
export const exportJobSchema = z.object({ v: z.literal(1), export: z.uuid() });
export type ExportJob = z.infer<typeof exportJobSchema>;
