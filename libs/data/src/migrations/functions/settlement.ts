/**
 * Settlement: one set-based transaction turns a batch of ended requests into rows, spending, ledger, sums,
 * alerts and live events. Idempotent by request id: effects come only from rows that the INSERT really added.
 * Limits never fail a settlement: what happened is recorded, and an excess is explained (settlement_exception).
 * Hot locks (accounts, allowances) are taken after the long insert, in key order; nothing loops per allowance.
 */
const COLUMNS = `id, account, key, epoch, accepted_at, first_byte_at, completed_at, endpoint, dialect, streamed, requested_model, model,
      reported_model, provider, endpoint_id, region, template, mode, parent, http_status, status, finish_reason, input_tokens,
      cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, source, tokens, cost_nano,
      absorbed_nano, exposure_nano, price_version, template_factor, server_factor, latency_ms, duration_ms, attempts, trace,
      client_ip, user_agent, correlation_id`;

export const SETTLEMENT_FUNCTIONS = `
-- What one batch spent from one allowance through one epoch: charged, charged within the holds (want), charged without any hold.
CREATE TYPE settle_sum AS (e uuid, o uuid, k smallint, p date, charge bigint, want bigint, unheld bigint, beyond uuid);

CREATE FUNCTION settle(p_batches jsonb, p_rows jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE fresh uuid[]; touched uuid[]; sums settle_sum[]; alerts int := 0;
BEGIN
  WITH r AS MATERIALIZED (SELECT DISTINCT ON (id) * FROM jsonb_populate_recordset(NULL::request, p_rows) ORDER BY id),
    ins AS (INSERT INTO request (${COLUMNS}) SELECT ${COLUMNS} FROM r ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id, account)
  SELECT array_agg(id), array_agg(DISTINCT account) INTO fresh, touched FROM ins;
  IF fresh IS NULL OR cardinality(fresh) < jsonb_array_length(p_rows) THEN PERFORM settle_conflicts(p_rows); END IF;

  IF fresh IS NOT NULL THEN
    sums := settle_sums(fresh, p_rows);
    PERFORM 1 FROM gateway_epoch WHERE id IN (SELECT DISTINCT e FROM unnest(sums)) ORDER BY id FOR SHARE;
    IF (SELECT count(*) FROM account WHERE id = ANY (touched)) < cardinality(touched) THEN
      RAISE EXCEPTION 'settle: a row names an account that does not exist' USING ERRCODE = '23503';
    END IF;
    PERFORM 1 FROM account WHERE id = ANY (touched) ORDER BY id FOR NO KEY UPDATE;
    PERFORM allowance_ensure(ARRAY(SELECT ROW(o, k, p)::allowance_key FROM unnest(sums)));
    PERFORM 1 FROM allowance a JOIN (SELECT DISTINCT o, k, p FROM unnest(sums)) d ON (a.owner, a.kind, a.period) = (d.o, d.k, d.p)
      ORDER BY a.owner, a.kind, a.period FOR NO KEY UPDATE OF a;
    PERFORM settle_allowances(sums);
    PERFORM settle_ledger(fresh);
    PERFORM settle_totals(fresh);
    alerts := settle_events(fresh, sums);
  END IF;

  INSERT INTO settled_batch (epoch, batch) SELECT DISTINCT (b ->> 0)::uuid, (b ->> 1)::bigint FROM jsonb_array_elements(p_batches) b
    ORDER BY 1, 2 ON CONFLICT DO NOTHING;
  RETURN jsonb_build_object('fresh', coalesce(cardinality(fresh), 0), 'accounts', coalesce(to_jsonb(touched), '[]'), 'alerts', alerts);
END $$;

-- A repeat that claims another cost is a bug or a restore: recorded once, never swallowed.
CREATE FUNCTION settle_conflicts(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO settlement_exception (owner, kind, what, amount, request)
  SELECT DISTINCT q.account, 0::smallint, 'conflict', r.cost_nano - q.cost_nano, q.id
  FROM jsonb_to_recordset(p_rows) AS r(id uuid, cost_nano bigint) JOIN request q ON q.id = r.id
  WHERE q.cost_nano <> r.cost_nano AND NOT EXISTS (SELECT 1 FROM settlement_exception x
    WHERE x.what = 'conflict' AND x.request = q.id AND x.amount = r.cost_nano - q.cost_nano) $$;

CREATE FUNCTION settle_sums(p_fresh uuid[], p_rows jsonb) RETURNS settle_sum[] LANGUAGE sql AS $$
  SELECT coalesce(array_agg(s::settle_sum), '{}') FROM (
    SELECT e, o, k, p, sum(charge)::bigint AS charge, sum(least(charge, hold))::bigint AS want,
      coalesce(sum(charge) FILTER (WHERE hold = 0), 0)::bigint AS unheld, (array_agg(id) FILTER (WHERE charge > hold))[1] AS beyond
    FROM (SELECT q.id, q.epoch AS e, CASE WHEN k < 4 THEN q.account ELSE q.key END AS o, k::smallint AS k, period_of(k, q.accepted_at) AS p,
        CASE WHEN k IN (1, 2, 3) THEN q.tokens ELSE q.cost_nano END AS charge, greatest(h.holds[k + 1], 0) AS hold
      FROM (SELECT DISTINCT ON (id) id, holds FROM jsonb_to_recordset(p_rows) AS x(id uuid, holds bigint[]) ORDER BY id) h
      JOIN request q ON q.id = h.id CROSS JOIN generate_series(0, 6) k
      WHERE q.id = ANY (p_fresh) AND (q.cost_nano > 0 OR q.tokens > 0)) parts
    GROUP BY e, o, k, p) s $$;

-- Consumption is clamped to what the lease still holds, so a closed lease (which holds 0) is never spent twice.
CREATE FUNCTION settle_allowances(p_sums settle_sum[]) RETURNS void LANGUAGE sql AS $$
  WITH cur AS MATERIALIZED (SELECT s.*, g.state IS DISTINCT FROM 'open' AS late,
        least(s.want, coalesce(l.granted - l.returned - l.consumed - l.released, 0)) AS take
      FROM unnest(p_sums) s LEFT JOIN gateway_epoch g ON g.id = s.e
      LEFT JOIN lease l ON (l.epoch, l.owner, l.kind, l.period) = (s.e, s.o, s.k, s.p)),
    consumed AS (UPDATE lease l SET consumed = l.consumed + cur.take FROM cur
      WHERE (l.epoch, l.owner, l.kind, l.period) = (cur.e, cur.o, cur.k, cur.p) AND cur.take > 0),
    explained AS (INSERT INTO settlement_exception (owner, kind, period, what, amount, request)
      SELECT cur.o, cur.k, cur.p, x.what, x.amount, cur.beyond FROM cur
      JOIN allowance a ON (a.owner, a.kind, a.period) = (cur.o, cur.k, cur.p) AND a.cap IS NOT NULL
      CROSS JOIN LATERAL (VALUES ('late', CASE WHEN late THEN charge - take END), ('short', CASE WHEN NOT late THEN want - take END),
        ('uncapped', CASE WHEN NOT late THEN unheld END), ('overage', CASE WHEN NOT late THEN charge - want - unheld END)) x(what, amount)
      WHERE x.amount > 0),
    t AS (SELECT o, k, p, sum(charge)::bigint AS charge, sum(take)::bigint AS take FROM cur GROUP BY 1, 2, 3)
  UPDATE allowance a SET used = a.used + t.charge, leased = a.leased - t.take,
    over = CASE WHEN a.cap IS NULL THEN 0
      WHEN t.take < t.charge THEN greatest(0, a.used + t.charge + a.leased - t.take - a.cap)
      ELSE least(a.over, greatest(0, a.used + t.charge + a.leased - t.take - a.cap)) END
    FROM t WHERE (a.owner, a.kind, a.period) = (t.o, t.k, t.p) $$;

-- One entry per costed request; granted credit is spent before purchased credit, which alone may go below zero.
CREATE FUNCTION settle_ledger(p_fresh uuid[]) RETURNS void LANGUAGE sql AS $$
  WITH e AS MATERIALIZED (SELECT q.account, q.id, q.cost_nano AS c, row_number() OVER w AS rn, (sum(q.cost_nano) OVER w)::bigint AS run
      FROM request q WHERE q.id = ANY (p_fresh) AND q.cost_nano > 0 WINDOW w AS (PARTITION BY q.account ORDER BY q.id ROWS UNBOUNDED PRECEDING)),
    entries AS (INSERT INTO ledger_entry (account, seq, amount_nano, granted_part, what, ref, balance_after)
      SELECT e.account, a.ledger_seq + e.rn, -e.c, -(least(e.run, a.granted_nano) - least(e.run - e.c, a.granted_nano)), 'usage', e.id::text,
        a.granted_nano + a.purchased_nano - e.run
      FROM e JOIN account a ON a.id = e.account)
  UPDATE account a SET ledger_seq = a.ledger_seq + t.n, granted_nano = a.granted_nano - least(t.c, a.granted_nano),
    purchased_nano = a.purchased_nano - (t.c - least(t.c, a.granted_nano))
    FROM (SELECT account, max(rn) AS n, max(run) AS c FROM e GROUP BY 1) t WHERE a.id = t.account $$;

-- Sums by quarter of an hour, by account and by key. The account's lock protects all three.
CREATE FUNCTION settle_totals(p_fresh uuid[]) RETURNS void LANGUAGE sql AS $$
  WITH q AS MATERIALIZED (SELECT * FROM request WHERE id = ANY (p_fresh)),
    rolled AS (INSERT INTO usage_rollup AS u (account, bucket, key, model, provider, endpoint, template, mode, status, requests, child_requests,
        input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, tokens, cost_nano)
      SELECT account, date_bin('15 minutes', accepted_at, TIMESTAMPTZ '2000-01-01 00:00Z'), key, model, coalesce(provider, ''), endpoint,
        coalesce(template, ''), mode, status, count(*) FILTER (WHERE parent IS NULL), count(*) FILTER (WHERE parent IS NOT NULL),
        coalesce(sum(input_tokens), 0), coalesce(sum(cache_read_tokens), 0), coalesce(sum(cache_write_5m_tokens), 0),
        coalesce(sum(cache_write_1h_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(reasoning_tokens), 0), sum(tokens), sum(cost_nano)
      FROM q GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
      ON CONFLICT (account, bucket, key, model, provider, endpoint, template, mode, status) DO UPDATE SET
        requests = u.requests + excluded.requests, child_requests = u.child_requests + excluded.child_requests,
        input_tokens = u.input_tokens + excluded.input_tokens, cache_read_tokens = u.cache_read_tokens + excluded.cache_read_tokens,
        cache_write_5m_tokens = u.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
        cache_write_1h_tokens = u.cache_write_1h_tokens + excluded.cache_write_1h_tokens, output_tokens = u.output_tokens + excluded.output_tokens,
        reasoning_tokens = u.reasoning_tokens + excluded.reasoning_tokens, tokens = u.tokens + excluded.tokens, cost_nano = u.cost_nano + excluded.cost_nano),
    summed AS (INSERT INTO account_use AS u (account, kind, period, input_tokens, output_tokens, tokens, cost_nano)
      SELECT account, k, period_of(k, accepted_at), coalesce(sum(prompt_tokens(q::request)), 0), coalesce(sum(output_tokens), 0), sum(tokens), sum(cost_nano)
      FROM q CROSS JOIN generate_series(1, 3) k GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      ON CONFLICT (account, kind, period) DO UPDATE SET input_tokens = u.input_tokens + excluded.input_tokens,
        output_tokens = u.output_tokens + excluded.output_tokens, tokens = u.tokens + excluded.tokens, cost_nano = u.cost_nano + excluded.cost_nano)
  INSERT INTO key_use AS u (key, last_used_at, last_used_ip, requests, errors, tokens, cost_nano)
    SELECT key, max(accepted_at), (array_agg(client_ip ORDER BY accepted_at DESC) FILTER (WHERE client_ip IS NOT NULL))[1],
      count(*) FILTER (WHERE parent IS NULL), count(*) FILTER (WHERE parent IS NULL AND status <> 'ok'), sum(tokens), sum(cost_nano)
    FROM q GROUP BY key ORDER BY key
    ON CONFLICT (key) DO UPDATE SET last_used_at = greatest(u.last_used_at, excluded.last_used_at),
      last_used_ip = CASE WHEN excluded.last_used_at >= u.last_used_at THEN coalesce(excluded.last_used_ip, u.last_used_ip) ELSE u.last_used_ip END,
      requests = u.requests + excluded.requests, errors = u.errors + excluded.errors, tokens = u.tokens + excluded.tokens,
      cost_nano = u.cost_nano + excluded.cost_nano $$;

-- Alerts newly crossed, then the events of each account in order: its rows (≤ 256 an event), balance, budget, alerts.
CREATE FUNCTION settle_events(p_fresh uuid[], p_sums settle_sum[]) RETURNS int LANGUAGE plpgsql AS $$
DECLARE crossed alert_fired[];
BEGIN
  WITH new AS (INSERT INTO alert_fired (account, kind, period, threshold, cap, used)
    SELECT a.owner, a.kind, a.period, t.threshold, a.cap, a.used
    FROM (SELECT DISTINCT o, k, p FROM unnest(p_sums) WHERE k BETWEEN 1 AND 3) s
    JOIN allowance a ON (a.owner, a.kind, a.period) = (s.o, s.k, s.p) AND a.cap > 0
    LEFT JOIN alert_rule r ON r.account = a.owner AND r.enabled
    CROSS JOIN LATERAL (SELECT 100 AS threshold UNION SELECT r.threshold WHERE r.threshold IS NOT NULL) t
    WHERE a.used::numeric * 100 >= a.cap::numeric * t.threshold
    ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING RETURNING *)
  SELECT array_agg(n::alert_fired) INTO crossed FROM new n;
  IF crossed IS NOT NULL THEN
    INSERT INTO outbox (queue, payload) SELECT 'budget', jsonb_build_object('v', 1, 'account', account, 'kind', kind, 'period', period,
      'threshold', threshold, 'cap', cap::text) FROM unnest(crossed);
  END IF;

  WITH q AS MATERIALIZED (SELECT r.account, r.cost_nano, r.tokens, request_json(r, k.label, k.prefix) AS json,
        row_number() OVER (PARTITION BY r.account ORDER BY r.accepted_at, r.id) - 1 AS n
      FROM request r LEFT JOIN api_key k ON k.id = r.key WHERE r.id = ANY (p_fresh)),
    ev AS (SELECT account, 1 AS ord, n / 256 AS chunk, 'request.completed' AS type, json_build_object('rows', json_agg(json ORDER BY n))::jsonb AS payload
        FROM q GROUP BY account, n / 256
      UNION ALL SELECT account, 2, 0, 'balance.updated', balance_json(account) FROM q GROUP BY account HAVING sum(cost_nano) > 0
      UNION ALL SELECT account, 3, 0, 'budget.updated', budget_json(account) FROM q GROUP BY account HAVING sum(tokens) > 0
      UNION ALL SELECT account, 4, kind * 1000 + threshold, 'budget.alert', alert_json(c) FROM unnest(crossed) c),
    added AS (INSERT INTO live_event (account, seq, type, payload)
      SELECT ev.account, a.event_seq + row_number() OVER (PARTITION BY ev.account ORDER BY ord, chunk), ev.type, ev.payload
      FROM ev JOIN account a ON a.id = ev.account RETURNING account)
  UPDATE account a SET event_seq = a.event_seq + n.n FROM (SELECT account, count(*) AS n FROM added GROUP BY 1) n WHERE a.id = n.account;
  RETURN coalesce(cardinality(crossed), 0);
END $$;

-- contracts: BudgetAlert.
CREATE FUNCTION alert_json(c alert_fired) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('kind', (ARRAY['daily', 'monthly', 'total'])[c.kind], 'period', c.period, 'threshold', c.threshold, 'used', c.used, 'limit', c.cap,
    'reset_iso', CASE c.kind WHEN 1 THEN iso_text((c.period + 1)::timestamp AT TIME ZONE 'UTC')
      WHEN 2 THEN iso_text((c.period + interval '1 month') AT TIME ZONE 'UTC') END) $$;

CREATE FUNCTION settled(p_epoch uuid, p_batches bigint[]) RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT coalesce(array_agg(batch ORDER BY batch), '{}') FROM settled_batch WHERE epoch = p_epoch AND batch = ANY (p_batches) $$;

-- The one row that no settlement can take (SQLSTATE 22 or 23): kept with its payload in the transaction that confirms the batch.
CREATE FUNCTION settlement_fail(p_row jsonb, p_error text, p_batches jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE request_id uuid;
BEGIN
  request_id := CASE WHEN p_row ->> 'id' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN (p_row ->> 'id')::uuid ELSE md5(p_row::text)::uuid END;
  INSERT INTO settlement_failed (request, payload, error) VALUES (request_id, p_row, left(p_error, 2000)) ON CONFLICT DO NOTHING;
  INSERT INTO settled_batch (epoch, batch) SELECT DISTINCT (b ->> 0)::uuid, (b ->> 1)::bigint FROM jsonb_array_elements(p_batches) b
    ORDER BY 1, 2 ON CONFLICT DO NOTHING;
END $$;
`;
