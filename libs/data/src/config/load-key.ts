import { callDatabase } from '../money/database-call.js';
import type { Database } from '../money/database-call.js';

/** A key with what its account, owner and tier add to it. Limits are given side by side: the stricter wins. */
export interface LoadedKey {
  readonly id: string;
  readonly account: string;
  readonly label: string;
  /** First 16 characters of the secret. */
  readonly prefix: string;
  readonly enabled: boolean;
  readonly expiresAtMs: number | null;
  /** In the future while a rotated key's grace lasts. */
  readonly revokedAtMs: number | null;
  readonly ownerActive: boolean;
  readonly routes: readonly string[];
  /** Null = all models. */
  readonly allowedModels: readonly string[] | null;
  readonly tierAllowedModels: readonly string[] | null;
  readonly regionPin: string | null;
  readonly ipAllow: readonly string[];
  readonly ipDeny: readonly string[];
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly concurrentRequests: number | null;
  readonly tierRequestsPerMinute: number | null;
  readonly tierTokensPerMinute: number | null;
  readonly tierConcurrentRequests: number | null;
  /** Rolling windows in requests; 0 = off. */
  readonly requests5h: number;
  readonly requests24h: number;
  readonly requests7d: number;
  /** Wishes for routing, as stored; null = none. */
  readonly routing: unknown;
  readonly accountRouting: unknown;
  readonly preferLowCarbon: boolean;
  /** Bit k = allowance kind k has a cap; bit 0 (balance) is always set. */
  readonly cappedKinds: number;
  /** Kinds whose cap is 0: they refuse even what costs nothing. Bit k = kind k, never bit 0. */
  readonly blockedKinds: number;
  /** The tier's factor on every price, ten-thousandths. */
  readonly priceFactor: number;
  /** The active expert template of the key, else of the account; its factor on tokens in ten-thousandths. */
  readonly template: { readonly name: string; readonly factor: number } | null;
}

/** One question, by the full digest: there is no look-up by prefix that could confuse two keys. */
const KEY_BY_DIGEST = `
SELECT k.id, k.account, k.label, k.prefix, k.enabled, k.routes, k.allowed_models AS "allowedModels", k.region_pin AS "regionPin",
  k.ip_allow AS "ipAllow", k.ip_deny AS "ipDeny", k.requests_per_minute AS "requestsPerMinute", k.tokens_per_minute AS "tokensPerMinute",
  k.concurrent_requests AS "concurrentRequests", k.requests_5h AS "requests5h", k.requests_24h AS "requests24h", k.requests_7d AS "requests7d",
  k.routing, a.routing AS "accountRouting", k.prefer_low_carbon AS "preferLowCarbon",
  (extract(epoch FROM k.expires_at) * 1000)::float8 AS "expiresAtMs", (extract(epoch FROM k.revoked_at) * 1000)::float8 AS "revokedAtMs",
  t.allowed_models AS "tierAllowedModels", t.requests_per_minute AS "tierRequestsPerMinute", t.tokens_per_minute AS "tierTokensPerMinute",
  t.concurrent_requests AS "tierConcurrentRequests", t.price_factor AS "priceFactor",
  coalesce((SELECT u.active FROM app_user u WHERE u.id = k.created_by), (SELECT bool_or(u.active) FROM app_user u WHERE u.account = k.account), true) AS "ownerActive",
  1 | coalesce((SELECT bit_or(1 << l.kind) FROM allowance_limit l
    WHERE l.owner IN (k.id, k.account) AND l.cap IS NOT NULL AND l.enforced), 0) AS "cappedKinds",
  coalesce((SELECT bit_or(1 << l.kind) FROM allowance_limit l WHERE l.owner IN (k.id, k.account) AND l.cap = 0 AND l.enforced), 0) AS "blockedKinds",
  (SELECT json_build_object('name', e.name, 'factor', e.cost_factor) FROM expert_template e
    WHERE e.id = coalesce(k.template, a.template) AND e.active) AS template
FROM api_key k JOIN account a ON a.id = k.account JOIN tier t ON t.id = a.tier WHERE k.digest = $1`;

/** The key with this digest, hidden and revoked ones included; null = there is none. */
export async function loadKeyByDigest(
  database: Database,
  digest: string,
): Promise<LoadedKey | null> {
  const [key] = await callDatabase<LoadedKey>(database, {
    name: 'key-by-digest',
    text: KEY_BY_DIGEST,
    values: [digest],
  });
  return key ?? null;
}
