/**
 * What the account API asks of PostgreSQL. Each answer is one JSON text that PostgreSQL writes itself, so that money
 * is an exact JSON number, as OpenRouter's clients expect it, and never a float of ours. Every question is bounded:
 * by a primary key, or by days of the rollups.
 */
import type pg from 'pg';
import { storageUnavailable } from './callers.js';

/** Units of the ledger currency as an exact JSON number. */
const money = (nano: string): string => `trim_scale(${nano} * 0.000000001)`;

/** Days of activity, today included. */
export const ACTIVITY_DAYS_MAX = 31;
const ACTIVITY_ROWS_MAX = 10_000;

const KEY = `
WITH spent AS (SELECT coalesce(sum(cost_nano) FILTER (WHERE bucket >= date_trunc('day', now(), 'UTC')), 0) AS daily,
    coalesce(sum(cost_nano) FILTER (WHERE bucket >= date_trunc('week', now(), 'UTC')), 0) AS weekly,
    coalesce(sum(cost_nano) FILTER (WHERE bucket >= date_trunc('month', now(), 'UTC')), 0) AS monthly
    FROM usage_rollup WHERE account = $1 AND key = $2
      AND bucket >= least(date_trunc('month', now(), 'UTC'), date_trunc('week', now(), 'UTC'))),
  used AS (SELECT coalesce((SELECT cost_nano FROM key_use WHERE key = $2), 0) AS total),
  caps AS (SELECT l.kind, l.cap, l.cap - CASE l.kind WHEN 4 THEN used.total WHEN 5 THEN spent.daily ELSE spent.monthly END AS remaining
    FROM allowance_limit l CROSS JOIN spent CROSS JOIN used WHERE l.owner = $2 AND l.kind IN (4, 5, 6) AND l.cap IS NOT NULL AND l.enforced),
  tightest AS (SELECT * FROM caps ORDER BY remaining, kind LIMIT 1)
SELECT json_build_object('data', json_build_object('label', k.label, 'prefix', k.prefix,
  'limit', (SELECT ${money('cap')} FROM tightest), 'limit_reset', (SELECT (ARRAY[NULL, 'daily', 'monthly'])[kind - 3] FROM tightest),
  'limit_remaining', (SELECT ${money('greatest(remaining, 0)')} FROM tightest),
  'limits', (SELECT coalesce(json_agg(json_build_object('reset', (ARRAY[NULL, 'daily', 'monthly'])[kind - 3], 'limit', ${money('cap')},
     'remaining', ${money('greatest(remaining, 0)')}) ORDER BY kind), '[]') FROM caps),
  'usage', ${money('used.total')}, 'usage_daily', ${money('spent.daily')}, 'usage_weekly', ${money('spent.weekly')},
  'usage_monthly', ${money('spent.monthly')}, 'is_free_tier', t.is_default, 'expires_at', iso_text(k.expires_at),
  'rate_limit', json_build_object('requests_per_minute', least(k.requests_per_minute, t.requests_per_minute),
    'tokens_per_minute', least(k.tokens_per_minute, t.tokens_per_minute),
    'concurrent_requests', least(k.concurrent_requests, t.concurrent_requests))))::text AS body
FROM api_key k JOIN account a ON a.id = k.account JOIN tier t ON t.id = a.tier CROSS JOIN spent CROSS JOIN used
WHERE k.account = $1 AND k.id = $2`;

const CREDITS = `
SELECT json_build_object('data', json_build_object('total_credits', ${money('cap')}, 'total_usage', ${money('used')}))::text AS body
FROM allowance WHERE owner = $1 AND kind = 0 AND period = DATE '1970-01-01'`;

const GENERATION = `
SELECT json_build_object('data', json_build_object('id', 'gen_' || q.id, 'request_id', q.correlation_id, 'created_at', iso_text(q.accepted_at),
  'first_byte_at', iso_text(q.first_byte_at), 'completed_at', iso_text(q.completed_at),
  'api_type', CASE WHEN q.endpoint LIKE '%/embeddings' THEN 'embeddings' ELSE 'completions' END, 'endpoint', q.endpoint, 'dialect', q.dialect,
  'requested_model', q.requested_model, 'model', q.model, 'reported_model', q.reported_model, 'provider_name', q.provider, 'region', q.region,
  'streamed', q.streamed, 'cancelled', q.status IN ('client_closed', 'killed'), 'status', q.status, 'http_status', q.http_status,
  'finish_reason', q.finish_reason, 'native_finish_reason', q.finish_reason, 'latency', q.latency_ms,
  'generation_time', greatest(q.duration_ms - q.latency_ms, 0), 'duration', q.duration_ms,
  'tokens_prompt', prompt_tokens(q), 'tokens_completion', q.output_tokens, 'native_tokens_prompt', prompt_tokens(q),
  'native_tokens_completion', q.output_tokens, 'native_tokens_reasoning', q.reasoning_tokens, 'native_tokens_cached', q.cache_read_tokens,
  'native_tokens_cache_write', CASE WHEN num_nonnulls(q.cache_write_5m_tokens, q.cache_write_1h_tokens) > 0
     THEN coalesce(q.cache_write_5m_tokens, 0) + coalesce(q.cache_write_1h_tokens, 0) END,
  'effective_tokens', q.tokens, 'usage_provenance', q.source,
  'total_cost', ${money('q.cost_nano')}, 'usage', ${money('q.cost_nano')}, 'upstream_inference_cost', null, 'cache_discount', null, 'is_byok', false,
  'price_version', CASE WHEN q.price_version < 0 THEN 'token-price:' || -q.price_version ELSE q.price_version::text END,
  'attempts', q.attempts, 'provider_responses', coalesce((SELECT jsonb_agg(jsonb_build_object('endpoint_id', t ->> 'endpoint', 'provider_name', t ->> 'provider',
     'model', t ->> 'model', 'status', t -> 'status', 'latency', t -> 'ms', 'outcome', t ->> 'outcome', 'started_at', t ->> 'started_at',
     'usage', t -> 'usage', 'cost', (t ->> 'cost')::numeric))
     FROM jsonb_array_elements(CASE jsonb_typeof(q.trace -> 'attempts') WHEN 'array' THEN q.trace -> 'attempts' ELSE '[]' END) t), '[]'),
  'routing', q.trace, 'template', q.template, 'mode', q.mode, 'key', json_build_object('label', coalesce(k.label, ''), 'prefix', coalesce(k.prefix, '')),
  'session_id', null, 'user_agent', q.user_agent, 'origin', ''))::text AS body
FROM request q LEFT JOIN api_key k ON k.id = q.key WHERE q.id = $2 AND q.account = $1`;

/** Rows without a provider are refusals, which count nowhere (decisions §12). $2: one UTC day, null = all of the last. */
const ACTIVITY = `
SELECT json_build_object('data', coalesce(json_agg(json_build_object('date', day, 'model', model, 'model_permaslug', model, 'provider_name', provider,
  'endpoint', endpoint, 'usage', ${money('cost')}, 'byok_usage_inference', 0, 'requests', requests, 'prompt_tokens', prompt,
  'completion_tokens', completion, 'reasoning_tokens', reasoning) ORDER BY day DESC, cost DESC, model), '[]'))::text AS body
FROM (SELECT (bucket AT TIME ZONE 'UTC')::date AS day, model, provider, endpoint, sum(cost_nano) AS cost, sum(requests) AS requests,
    sum(input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens) AS prompt, sum(output_tokens) AS completion,
    sum(reasoning_tokens) AS reasoning
  FROM usage_rollup WHERE account = $1 AND provider <> ''
    AND bucket >= coalesce($2::date::timestamp AT TIME ZONE 'UTC', date_trunc('day', now(), 'UTC') - make_interval(days => $3 - 1))
    AND bucket < coalesce(($2::date + 1)::timestamp AT TIME ZONE 'UTC', 'infinity')
  GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC LIMIT $4) d`;

/** Reads the account API's answers through connections of its own, so that the hot path never waits for one. */
export class AccountQuestions {
  constructor(private readonly pool: pg.Pool) {}

  /** The key's limits and use; null = it is gone. */
  key(account: string, key: string): Promise<string | null> {
    return this.ask('account-api-key', KEY, [account, key]);
  }

  credits(account: string): Promise<string | null> {
    return this.ask('account-api-credits', CREDITS, [account]);
  }

  /** One settled request of the account; null = there is none. */
  generation(account: string, id: string): Promise<string | null> {
    return this.ask('account-api-generation', GENERATION, [account, id]);
  }

  /** What was used per UTC day, model and provider. */
  activity(account: string, day: string | null): Promise<string | null> {
    const values = [account, day, ACTIVITY_DAYS_MAX, ACTIVITY_ROWS_MAX];
    return this.ask('account-api-activity', ACTIVITY, values);
  }

  private async ask(
    name: string,
    text: string,
    values: readonly (string | number | null)[],
  ): Promise<string | null> {
    try {
      const { rows } = await this.pool.query<{ body: string }>({ name, text, values: [...values] });
      return rows[0]?.body ?? null;
    } catch (error) {
      // A date of no calendar is the caller's; anything else is PostgreSQL not answering in time.
      if (error instanceof Error && 'code' in error && error.code === '22008') return null;
      throw storageUnavailable();
    }
  }
}
