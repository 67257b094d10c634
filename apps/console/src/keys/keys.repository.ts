import { Injectable } from '@nestjs/common';
import type { RoutingOverride } from '@weir/contracts';
import { Database, type Queries, type SqlValue, type Transaction } from '../database/database.js';
import { REFUSAL_CODES } from '../usage/counting.js';

/** A key with its caps and statistics. Money is decimal text, times ISO text. */
export interface KeyRow {
  readonly id: string;
  readonly label: string;
  readonly prefix: string;
  readonly last4: string;
  readonly enabled: boolean;
  readonly status: 'active' | 'disabled' | 'expired' | 'revoked';
  readonly expires_at: string | null;
  readonly routes: ('chat' | 'embeddings' | 'images' | 'audio')[];
  readonly allowed_models: string[] | null;
  readonly region_pin: string | null;
  readonly ip_allow: string[];
  readonly ip_deny: string[];
  readonly requests_per_minute: number | null;
  readonly tokens_per_minute: number | null;
  readonly concurrent_requests: number | null;
  readonly requests_5h: number;
  readonly requests_24h: number;
  readonly requests_7d: number;
  readonly template: string | null;
  readonly prefer_low_carbon: boolean;
  readonly routing: RoutingOverride | null;
  readonly created_at: string;
  /** Microseconds since 1970, the sort key of the list. */
  readonly created_us: string;
  readonly revoked_at: string | null;
  readonly successor: string | null;
  readonly spend_cap: string | null;
  readonly spend_cap_daily: string | null;
  readonly spend_cap_monthly: string | null;
  readonly last_used_at: string | null;
  readonly last_used_ip: string | null;
  readonly requests: string;
  readonly errors: string;
  readonly tokens: string;
  readonly cost: string;
  readonly last_7_days: number[];
  readonly models: string[];
  readonly spent_today: string;
  readonly spent_this_month: string;
}

/** Columns that a person may set, as stored. */
export interface KeyColumns {
  readonly label?: string;
  readonly enabled?: boolean;
  readonly expires_at?: string | null;
  readonly routes?: readonly string[];
  readonly allowed_models?: readonly string[] | null;
  readonly region_pin?: string | null;
  readonly ip_allow?: readonly string[];
  readonly ip_deny?: readonly string[];
  readonly requests_per_minute?: number | null;
  readonly tokens_per_minute?: number | null;
  readonly concurrent_requests?: number | null;
  readonly requests_5h?: number;
  readonly requests_24h?: number;
  readonly requests_7d?: number;
  readonly template?: string | null;
  readonly prefer_low_carbon?: boolean;
  /** JSON text. */
  readonly routing?: string | null;
}

/** The part of a key that identifies its secret. */
export interface KeySecretColumns {
  readonly id: string;
  readonly prefix: string;
  readonly last4: string;
  readonly digest: string;
}

/** Who makes a key: its account, and the user whose rights it narrows. */
export interface KeyOwner {
  readonly accountId: string;
  readonly userId: string;
}

/** Column names come from this list alone, never from a body. */
const SETTABLE = [
  'label',
  'enabled',
  'expires_at',
  'routes',
  'allowed_models',
  'region_pin',
  'ip_allow',
  'ip_deny',
  'requests_per_minute',
  'tokens_per_minute',
  'concurrent_requests',
  'requests_5h',
  'requests_24h',
  'requests_7d',
  'template',
  'prefer_low_carbon',
  'routing',
] as const satisfies readonly (keyof KeyColumns)[];

/** $1 account, $2 refusal codes; the rest is the caller's. */
const SELECT_KEYS = `
SELECT k.id, k.label, k.prefix, k.last4, k.enabled,
       CASE WHEN k.revoked_at <= now() THEN 'revoked' WHEN k.expires_at <= now() THEN 'expired'
            WHEN NOT k.enabled THEN 'disabled' ELSE 'active' END AS status,
       iso_text(k.expires_at) AS expires_at, k.routes, k.allowed_models, k.region_pin, k.ip_allow, k.ip_deny,
       k.requests_per_minute, k.tokens_per_minute, k.concurrent_requests, k.requests_5h, k.requests_24h, k.requests_7d,
       k.template, k.prefer_low_carbon, k.routing, iso_text(k.created_at) AS created_at,
       (extract(epoch FROM k.created_at) * 1000000)::bigint AS created_us,
       iso_text(k.revoked_at) AS revoked_at, k.successor,
       nano_text(c.total) AS spend_cap, nano_text(c.daily) AS spend_cap_daily, nano_text(c.monthly) AS spend_cap_monthly,
       iso_text(u.last_used_at) AS last_used_at, host(u.last_used_ip) AS last_used_ip,
       coalesce(u.requests, 0) AS requests, coalesce(u.errors, 0) AS errors, coalesce(u.tokens, 0) AS tokens,
       nano_text(coalesce(u.cost_nano, 0)) AS cost, r.days AS last_7_days, r.models,
       nano_text(r.today) AS spent_today, nano_text(r.month) AS spent_this_month
  FROM api_key k
  LEFT JOIN key_use u ON u.key = k.id
  LEFT JOIN LATERAL (SELECT max(l.cap) FILTER (WHERE l.kind = 4) AS total, max(l.cap) FILTER (WHERE l.kind = 5) AS daily,
                            max(l.cap) FILTER (WHERE l.kind = 6) AS monthly FROM allowance_limit l WHERE l.owner = k.id) c ON true
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(b.cost_nano) FILTER (WHERE b.bucket >= date_trunc('day', now(), 'UTC')), 0)::bigint AS today,
           coalesce(sum(b.cost_nano) FILTER (WHERE b.bucket >= date_trunc('month', now(), 'UTC')), 0)::bigint AS month,
           coalesce(array_agg(DISTINCT b.model) FILTER (WHERE b.status <> ALL ($2)), '{}') AS models,
           ARRAY(SELECT coalesce(sum(d.requests), 0)::int FROM generate_series(6, 0, -1) AS ago
                   LEFT JOIN usage_rollup d ON d.account = k.account AND d.key = k.id AND d.status <> ALL ($2)
                    AND d.bucket >= date_trunc('day', now(), 'UTC') - make_interval(days => ago)
                    AND d.bucket < date_trunc('day', now(), 'UTC') - make_interval(days => ago - 1)
                  GROUP BY ago ORDER BY ago DESC) AS days
      FROM usage_rollup b WHERE b.account = k.account AND b.key = k.id
       AND b.bucket >= least(date_trunc('month', now(), 'UTC'), date_trunc('day', now(), 'UTC') - interval '6 days')) r ON true
 WHERE k.account = $1 AND NOT k.hidden`;

/** Keys of one account. Every call takes the account: another's key does not exist. */
@Injectable()
export class KeysRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** Newest first, one row more than asked for. */
  page(
    accountId: string,
    after: { createdUs: string; id: string } | null,
    limit: number,
  ): Promise<KeyRow[]> {
    return this.database.many<KeyRow>(
      `${SELECT_KEYS} AND ($3::bigint IS NULL OR (k.created_at, k.id) < (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4::uuid))
        ORDER BY k.created_at DESC, k.id DESC LIMIT $5`,
      [accountId, REFUSAL_CODES, after?.createdUs ?? null, after?.id ?? null, limit + 1],
    );
  }

  find(accountId: string, id: string, on: Queries = this.database): Promise<KeyRow | undefined> {
    return findKey(on, accountId, id);
  }

  /** Locks a key that is not revoked. */
  lockLive(on: Queries, accountId: string, id: string): Promise<{ id: string } | undefined> {
    return on.one(
      'SELECT id FROM api_key WHERE account = $1 AND id = $2 AND NOT hidden AND (revoked_at IS NULL OR revoked_at > now()) FOR UPDATE',
      [accountId, id],
    );
  }

  async count(accountId: string, on: Queries): Promise<number> {
    const row = await on.one<{ n: number }>(
      'SELECT count(*)::int AS n FROM api_key WHERE account = $1 AND (revoked_at IS NULL OR revoked_at > now()) AND NOT hidden',
      [accountId],
    );
    return row?.n ?? 0;
  }

  async insert(
    on: Queries,
    owner: KeyOwner,
    secret: KeySecretColumns,
    columns: KeyColumns,
  ): Promise<void> {
    const { names, values } = chosen(columns);
    const fixed: SqlValue[] = [
      secret.id,
      owner.accountId,
      owner.userId,
      secret.prefix,
      secret.last4,
      secret.digest,
    ];
    const all = ['id', 'account', 'created_by', 'prefix', 'last4', 'digest', ...names];
    await on.run(
      `INSERT INTO api_key (${all.join(', ')}) VALUES (${all.map((_, i) => `$${i + 1}`).join(', ')})`,
      [...fixed, ...values],
    );
  }

  async update(on: Queries, accountId: string, id: string, columns: KeyColumns): Promise<void> {
    const { names, values } = chosen(columns);
    if (names.length === 0) return;
    const sets = names.map((name, i) => `${name} = $${i + 3}`);
    await on.run(
      `UPDATE api_key SET ${sets.join(', ')}, updated_at = now() WHERE account = $1 AND id = $2`,
      [accountId, id, ...values],
    );
  }

  /** Copies everything but the secret's columns; the caps are copied through the money functions. */
  async copy(on: Queries, owner: KeyOwner, from: string, secret: KeySecretColumns): Promise<void> {
    await on.run(
      `INSERT INTO api_key (id, account, created_by, prefix, last4, digest, ${SETTABLE.join(', ')})
       SELECT $3, account, $4, $5, $6, $7, ${SETTABLE.join(', ')} FROM api_key WHERE account = $1 AND id = $2`,
      [owner.accountId, from, secret.id, owner.userId, secret.prefix, secret.last4, secret.digest],
    );
  }

  /** The old key is revoked at the end of the grace period: an instant that may lie ahead. */
  async retire(
    on: Queries,
    accountId: string,
    id: string,
    rotation: { readonly successor: string; readonly graceSeconds: number },
  ): Promise<void> {
    await on.run(
      `UPDATE api_key SET successor = $3, updated_at = now(),
              revoked_at = least(revoked_at, now() + make_interval(secs => $4))
        WHERE account = $1 AND id = $2`,
      [accountId, id, rotation.successor, rotation.graceSeconds],
    );
  }

  /** Whether there was such a key. Revoking twice keeps the first time. */
  async revoke(on: Queries, accountId: string, id: string, hide: boolean): Promise<boolean> {
    const touched = await on.run(
      `UPDATE api_key SET revoked_at = least(revoked_at, now()), hidden = hidden OR $3, updated_at = now()
        WHERE account = $1 AND id = $2 AND NOT hidden`,
      [accountId, id, hide],
    );
    return touched > 0;
  }

  /** Whether the account may use the template. */
  async isGranted(accountId: string, template: string, on: Queries): Promise<boolean> {
    const row = await on.one(
      'SELECT 1 FROM template_grant g JOIN expert_template t ON t.id = g.template WHERE g.account = $1 AND g.template = $2 AND t.active',
      [accountId, template],
    );
    return row !== undefined;
  }

  /** Models that the account's tier allows; null = all. */
  async tierModels(accountId: string, on: Queries): Promise<string[] | null> {
    const row = await on.one<{ allowed_models: string[] | null }>(
      'SELECT t.allowed_models FROM account a JOIN tier t ON t.id = a.tier WHERE a.id = $1',
      [accountId],
    );
    return row?.allowed_models ?? null;
  }
}

/** One key as its owner sees it; for the demo's one-shot process too. */
export function findKey(
  on: Pick<Queries, 'one'>,
  accountId: string,
  id: string,
): Promise<KeyRow | undefined> {
  return on.one<KeyRow>(`${SELECT_KEYS} AND k.id = $3`, [accountId, REFUSAL_CODES, id]);
}

function chosen(columns: KeyColumns): { names: string[]; values: SqlValue[] } {
  const names: string[] = [];
  const values: SqlValue[] = [];
  for (const name of SETTABLE) {
    const value = columns[name];
    if (value === undefined) continue;
    names.push(name);
    values.push(value);
  }
  return { names, values };
}
