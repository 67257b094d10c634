/**
 * Small SQL functions that every other one uses: how a period is named, how money and instants are written,
 * and the JSON of the balance, the budget and one request row. The JSON shapes are those of `@weir/contracts`.
 */
export const VIEW_FUNCTIONS = `
-- Nano units as an exact decimal: 1500000000 → '1.5'.
CREATE FUNCTION nano_text(p_nano bigint) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT trim_scale(p_nano * 0.000000001)::text $$;

-- ISO-8601, UTC, milliseconds.
CREATE FUNCTION iso_text(p_at timestamptz) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE AS
$$ SELECT to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- The period of a kind in which an instant lies: its UTC day, the first of its month, or 1970-01-01 for "for ever". Not STRICT:
-- PostgreSQL could not inline it, and a settlement asks it some thousand times.
CREATE FUNCTION period_of(p_kind int, p_at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN p_kind IN (1, 5) THEN (p_at AT TIME ZONE 'UTC')::date
               WHEN p_kind IN (2, 6) THEN date_trunc('month', p_at AT TIME ZONE 'UTC')::date
               ELSE DATE '1970-01-01' END $$;

-- All that was spent stands in account_use; held money is known to the gateways alone and added by the console.
CREATE FUNCTION balance_json(p_account uuid) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT jsonb_build_object('balance', nano_text(a.granted_nano + a.purchased_nano), 'granted', nano_text(a.granted_nano),
    'spent_this_month', nano_text(coalesce(m.cost_nano, 0)), 'spent_total', nano_text(coalesce(t.cost_nano, 0)))
  FROM account a
  LEFT JOIN account_use m ON (m.account, m.kind, m.period) = (a.id, 2::smallint, period_of(2, now()))
  LEFT JOIN account_use t ON (t.account, t.kind, t.period) = (a.id, 3::smallint, period_of(3, now()))
  WHERE a.id = p_account $$;

-- GET /user/api/budget. A 'onetime' account has no daily and monthly limit, only their consumption.
CREATE FUNCTION budget_json(p_account uuid) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT jsonb_build_object(
    'daily_used', coalesce(max(l.used) FILTER (WHERE k = 1), 0), 'monthly_used', coalesce(max(l.used) FILTER (WHERE k = 2), 0),
    'total_used', coalesce(max(l.used) FILTER (WHERE k = 3), 0),
    'daily_input', coalesce(max(u.input_tokens) FILTER (WHERE k = 1), 0), 'daily_output', coalesce(max(u.output_tokens) FILTER (WHERE k = 1), 0),
    'monthly_input', coalesce(max(u.input_tokens) FILTER (WHERE k = 2), 0), 'monthly_output', coalesce(max(u.output_tokens) FILTER (WHERE k = 2), 0),
    'total_input', coalesce(max(u.input_tokens) FILTER (WHERE k = 3), 0), 'total_output', coalesce(max(u.output_tokens) FILTER (WHERE k = 3), 0),
    'daily_limit', max(c.cap) FILTER (WHERE k = 1 AND c.enforced), 'monthly_limit', max(c.cap) FILTER (WHERE k = 2 AND c.enforced),
    'total_limit', max(c.cap) FILTER (WHERE k = 3),
    'budget_type', a.budget_type,
    'daily_reset_iso', iso_text((period_of(1, now()) + 1)::timestamp AT TIME ZONE 'UTC'),
    'monthly_reset_iso', iso_text((period_of(2, now()) + interval '1 month') AT TIME ZONE 'UTC'),
    'server_time_iso', iso_text(now()))
  FROM account a CROSS JOIN generate_series(1, 3) k
  LEFT JOIN allowance l ON (l.owner, l.kind, l.period) = (a.id, k::smallint, period_of(k, now()))
  LEFT JOIN allowance_limit c ON (c.owner, c.kind) = (a.id, k::smallint)
  LEFT JOIN account_use u ON (u.account, u.kind, u.period) = (a.id, k::smallint, period_of(k, now()))
  WHERE a.id = p_account GROUP BY a.id $$;

-- All prompt classes of a request; null when upstream named none of them.
CREATE FUNCTION prompt_tokens(q request) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN num_nonnulls(q.input_tokens, q.cache_read_tokens, q.cache_write_5m_tokens, q.cache_write_1h_tokens) > 0 THEN
     coalesce(q.input_tokens, 0) + coalesce(q.cache_read_tokens, 0) + coalesce(q.cache_write_5m_tokens, 0) + coalesce(q.cache_write_1h_tokens, 0) END $$;

-- One row of event request.completed (contracts: requestRow). Text, not jsonb: hundreds are put together before they are parsed once.
CREATE FUNCTION request_json(q request, p_label text, p_prefix text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT json_build_object(
    'generation_id', 'gen_' || q.id, 'accepted_at', iso_text(q.accepted_at), 'completed_at', iso_text(q.completed_at),
    'endpoint', q.endpoint, 'dialect', q.dialect, 'streamed', q.streamed, 'requested_model', q.requested_model, 'model', q.model,
    'provider', q.provider, 'region', q.region,
    'key', json_build_object('id', q.key, 'label', coalesce(p_label, ''), 'prefix', coalesce(p_prefix, '')),
    'template', q.template, 'mode', q.mode, 'http_status', q.http_status, 'status', q.status,
    'input_tokens', q.input_tokens, 'cache_read_tokens', q.cache_read_tokens, 'cache_write_5m_tokens', q.cache_write_5m_tokens,
    'cache_write_1h_tokens', q.cache_write_1h_tokens, 'output_tokens', q.output_tokens, 'reasoning_tokens', q.reasoning_tokens,
    'prompt_tokens', prompt_tokens(q), 'completion_tokens', q.output_tokens,
    'total_tokens', CASE WHEN num_nonnulls(prompt_tokens(q), q.output_tokens) > 0 THEN coalesce(prompt_tokens(q), 0) + coalesce(q.output_tokens, 0) END,
    'effective_tokens', q.tokens, 'cost', nano_text(q.cost_nano), 'price_version', q.price_version::text, 'usage_provenance', q.source,
    'latency_ms', q.latency_ms, 'duration_ms', q.duration_ms, 'energy_wh', null, 'carbon_g', null) $$;
`;
