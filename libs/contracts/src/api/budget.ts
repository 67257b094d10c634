import { z } from 'zod';
import { email } from './auth.js';

const tokens = z.number().int();
/** GET /user/api/budget (decisions §5). Effective tokens; null limit = ∞. */
export const budgetView = z.object({
  daily_used: tokens,
  monthly_used: tokens,
  total_used: tokens,
  daily_input: tokens,
  daily_output: tokens,
  monthly_input: tokens,
  monthly_output: tokens,
  total_input: tokens,
  total_output: tokens,
  daily_limit: tokens.nullable(),
  monthly_limit: tokens.nullable(),
  total_limit: tokens.nullable(),
  budget_type: z.enum(['subscription', 'onetime']),
  daily_reset_iso: z.string(),
  monthly_reset_iso: z.string(),
  server_time_iso: z.string(),
});
export type BudgetView = z.infer<typeof budgetView>;

/** PUT /api/admin/users/{id}/budget. Absent = unchanged, null = no limit, 0 blocks everything. */
export const setBudgetBody = z.strictObject({
  daily_limit: tokens.nonnegative().nullable().optional(),
  monthly_limit: tokens.nonnegative().nullable().optional(),
  total_limit: tokens.nonnegative().nullable().optional(),
  budget_type: z.enum(['subscription', 'onetime']).optional(),
});
export type SetBudgetBody = z.infer<typeof setBudgetBody>;

/** POST /user/alerts and its answer; an empty e-mail means the account's. */
export const alertSettings = z.strictObject({
  enabled: z.boolean(),
  threshold: z.number().int().min(50).max(99).default(80),
  email: z.union([email, z.literal('')]).default(''),
});
export type AlertSettings = z.infer<typeof alertSettings>;
