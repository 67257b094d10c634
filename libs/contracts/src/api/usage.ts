import { z } from 'zod';
import { instant, money } from './shapes.js';
import { usageFilters } from './requests.js';

const n = z.number().int();
const measures = {
  /** Requests that reached the proxy, failures included (decisions §12). */
  requests: n,
  successful_requests: n,
  failed_requests: n,
  input_tokens: n,
  output_tokens: n,
  cache_read_tokens: n,
  cache_write_5m_tokens: n,
  cache_write_1h_tokens: n,
  reasoning_tokens: n,
  total_tokens: n,
  effective_tokens: n,
  cost: money,
};
export const usageQuery = z.strictObject(usageFilters);
export type UsageQuery = z.infer<typeof usageQuery>;
export const dailyQuery = z.strictObject({
  ...usageFilters,
  tz: z.string().max(64).default('UTC'),
});

/** GET /api/usage/summary. */
export const usageSummary = z.object({
  from: instant,
  to: instant,
  updated_at: instant,
  ...measures,
});
export type UsageSummary = z.infer<typeof usageSummary>;
/** GET /api/usage/daily: every day of the range in the zone, empty ones included. */
export const usageDaily = z.object({
  tz: z.string(),
  updated_at: instant,
  days: z.array(z.object({ date: z.iso.date(), ...measures })),
});
export type UsageDaily = z.infer<typeof usageDaily>;
/** GET /api/usage/models: sorted by cost. */
export const usageByModel = z.object({
  updated_at: instant,
  models: z.array(z.object({ model: z.string(), ...measures })),
});
export type UsageByModel = z.infer<typeof usageByModel>;
/** GET /api/usage/keys. */
export const usageByKey = z.object({
  updated_at: instant,
  keys: z.array(
    z.object({
      key: z.object({ id: z.uuid(), label: z.string(), prefix: z.string() }),
      ...measures,
    }),
  ),
});
export type UsageByKey = z.infer<typeof usageByKey>;
