import { z } from 'zod';
import { routingOverride } from './routing.js';
import { instant, money, moneyNotNegative } from './shapes.js';

export const KEY_ROUTES = ['chat', 'embeddings', 'images', 'audio'] as const;
const cidrs = z.array(z.string().min(2).max(64)).max(100);
const perMinute = z.number().int().min(1).max(1_000_000_000).nullable();

const fields = {
  label: z.string().trim().min(1).max(100),
  expires_at: instant.nullable(),
  routes: z.array(z.enum(KEY_ROUTES)).min(1),
  allowed_models: z.array(z.string().min(1).max(300)).max(500).nullable(),
  region_pin: z.string().max(100).nullable(),
  ip_allow: cidrs,
  ip_deny: cidrs,
  requests_per_minute: perMinute,
  tokens_per_minute: perMinute,
  concurrent_requests: z.number().int().min(1).max(100_000).nullable(),
  requests_5h: z.number().int().min(0).max(2_000_000_000),
  requests_24h: z.number().int().min(0).max(2_000_000_000),
  requests_7d: z.number().int().min(0).max(2_000_000_000),
  /** Spend caps in the ledger currency; null = none. */
  spend_cap: moneyNotNegative.nullable(),
  spend_cap_daily: moneyNotNegative.nullable(),
  spend_cap_monthly: moneyNotNegative.nullable(),
  template: z.uuid().nullable(),
  prefer_low_carbon: z.boolean(),
  /** Routing of this key's requests; null = as the account's. */
  routing: routingOverride.nullable(),
};
const optional = <S extends z.ZodRawShape>(shape: S) => z.object(shape).partial().shape;

/** POST /api/keys: only the label is needed. */
export const createKeyBody = z.strictObject({ ...optional(fields), label: fields.label });
export type CreateKeyBody = z.infer<typeof createKeyBody>;
/** PATCH /api/keys/{id}. */
export const updateKeyBody = z.strictObject({
  ...optional(fields),
  enabled: z.boolean().optional(),
});
export type UpdateKeyBody = z.infer<typeof updateKeyBody>;
/** POST /api/keys/{id}/rotate: seconds that the old key stays valid, at most 7 days. */
export const rotateKeyBody = z.strictObject({
  grace_seconds: z.number().int().min(0).max(604_800).default(0),
});
export type RotateKeyBody = z.infer<typeof rotateKeyBody>;

export const keyView = z.object({
  id: z.uuid(),
  ...fields,
  prefix: z.string(),
  last4: z.string(),
  enabled: z.boolean(),
  status: z.enum(['active', 'disabled', 'expired', 'revoked']),
  created_at: instant,
  revoked_at: instant.nullable(),
  successor: z.uuid().nullable(),
  last_used_at: instant.nullable(),
  last_used_ip: z.string().nullable(),
  statistics: z.object({
    requests: z.number().int(),
    errors: z.number().int(),
    tokens: z.number().int(),
    cost: money,
    /** Requests per UTC day of the last 7 days, oldest first. */
    last_7_days: z.array(z.number().int()),
    models: z.array(z.string()),
    spent_today: money,
    spent_this_month: money,
  }),
});
export type KeyView = z.infer<typeof keyView>;
/** 201 of POST /api/keys and /rotate: the secret is shown this once. */
export const createdKey = keyView.extend({ secret: z.string() });
export type CreatedKey = z.infer<typeof createdKey>;
