/**
 * Accounts, credits and limits: the only ways in which money and caps change outside settlement. They are
 * rare, so each sends its own NOTIFY inside the transaction (settlement never does: it would serialise commits).
 */
export const ACCOUNT_FUNCTIONS = `
CREATE FUNCTION account_create(p_id uuid, p_name text, p_tier uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO account (id, name, tier) VALUES (p_id, p_name, coalesce(p_tier, (SELECT id FROM tier WHERE is_default)));
  INSERT INTO allowance (owner, kind, period, cap) VALUES (p_id, 0, DATE '1970-01-01', 0);
END $$;

-- Appends one durable live event. The caller holds the account's lock, so commit order is seq order.
CREATE FUNCTION event_append(p_account uuid, p_type text, p_payload jsonb) RETURNS bigint LANGUAGE sql AS $$
  WITH a AS (UPDATE account SET event_seq = event_seq + 1 WHERE id = p_account RETURNING event_seq)
  INSERT INTO live_event (account, seq, type, payload) SELECT p_account, event_seq, p_type, p_payload FROM a RETURNING seq $$;

-- For events that tell of no money (key.changed, order.updated). Answers the seq, null when there is no such account.
CREATE FUNCTION live_append(p_account uuid, p_type text, p_payload jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF p_type NOT IN ('key.changed', 'order.updated') THEN RAISE EXCEPTION 'live_append: % is written by its own function', p_type USING ERRCODE = '22023'; END IF;
  PERFORM pg_notify('weir_live', jsonb_build_object('a', jsonb_build_array(p_account))::text);
  RETURN event_append(p_account, p_type, p_payload);
END $$;

-- A notification and its live event, once per (account, dedupe). Whether it is new.
CREATE FUNCTION notification_create(p_id uuid, p_account uuid, p_kind text, p_title text, p_body text, p_data jsonb, p_dedupe text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE n notification;
BEGIN
  PERFORM 1 FROM account WHERE id = p_account FOR NO KEY UPDATE;
  INSERT INTO notification (id, account, kind, title, body, data, dedupe) VALUES (p_id, p_account, p_kind, p_title, p_body, p_data, p_dedupe)
    ON CONFLICT (account, dedupe) DO NOTHING RETURNING * INTO n;
  IF n.id IS NULL THEN RETURN false; END IF;
  PERFORM event_append(p_account, 'notification.created', jsonb_build_object('id', n.id, 'kind', n.kind, 'title', n.title, 'body', n.body, 'data', n.data,
    'created_at', iso_text(n.created_at), 'read_at', null));
  PERFORM pg_notify('weir_live', jsonb_build_object('a', jsonb_build_array(p_account))::text);
  RETURN true;
END $$;

-- One movement of credit, once per (what, ref): a repeat answers the balance and fresh = false. grant and purchase are positive,
-- refund negative, adjustment either. A refund needs money that is neither spent nor leased, unless forced (a dispute): then the
-- excess is explained by exception 'cap'. A grant first pays what purchased credit is below zero.
CREATE FUNCTION credit(p_account uuid, p_amount bigint, p_what text, p_ref text, p_note text, p_actor uuid, p_forced boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE a account; l allowance; granted bigint; fresh boolean := false;
BEGIN
  IF p_amount IS NULL OR p_amount = 0 OR p_ref IS NULL OR (p_what IN ('grant', 'purchase') AND p_amount < 0) OR (p_what = 'refund' AND p_amount > 0)
     OR p_what NOT IN ('grant', 'purchase', 'adjustment', 'refund') THEN
    RAISE EXCEPTION 'credit: % of % is no movement of credit', p_what, p_amount USING ERRCODE = '22023';
  END IF;
  SELECT * INTO a FROM account WHERE id = p_account FOR NO KEY UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'credit: no account %', p_account USING ERRCODE = '23503'; END IF;
  IF NOT EXISTS (SELECT 1 FROM ledger_entry WHERE what = p_what AND ref = p_ref) THEN
    SELECT * INTO l FROM allowance WHERE (owner, kind, period) = (p_account, 0::smallint, DATE '1970-01-01') FOR NO KEY UPDATE;
    IF p_what = 'refund' AND NOT p_forced AND l.used + l.leased > l.cap + p_amount THEN
      RETURN jsonb_build_object('in_use', jsonb_build_object('cap', l.cap::text, 'used', l.used::text, 'leased', l.leased::text));
    END IF;
    granted := CASE p_what WHEN 'grant' THEN p_amount - least(p_amount, greatest(0, -a.purchased_nano))
      WHEN 'adjustment' THEN CASE WHEN p_amount < 0 THEN -least(-p_amount, a.granted_nano) ELSE 0 END ELSE 0 END;
    INSERT INTO ledger_entry (account, seq, amount_nano, granted_part, what, ref, note, balance_after)
      VALUES (p_account, a.ledger_seq + 1, p_amount, granted, p_what, p_ref, p_note, a.granted_nano + a.purchased_nano + p_amount);
    UPDATE account SET ledger_seq = ledger_seq + 1, granted_nano = granted_nano + granted, purchased_nano = purchased_nano + p_amount - granted WHERE id = p_account;
    PERFORM cap_apply(p_account, 0::smallint, l.period, l.cap + p_amount);
    PERFORM audit_append(p_actor, 'credit.' || p_what, 'account:' || p_account, NULL,
      jsonb_build_object('amount', nano_text(p_amount), 'ref', p_ref, 'note', p_note), NULL);
    PERFORM event_append(p_account, 'balance.updated', balance_json(p_account));
    PERFORM pg_notify(CASE WHEN p_amount > 0 THEN 'weir_credit' ELSE 'weir_reclaim' END,
      jsonb_build_object('o', p_account, 'k', 0, 'p', l.period)::text);
    PERFORM pg_notify('weir_live', jsonb_build_object('a', jsonb_build_array(p_account))::text);
    fresh := true;
  END IF;
  SELECT * INTO a FROM account WHERE id = p_account;
  RETURN jsonb_build_object('fresh', fresh, 'balance', (a.granted_nano + a.purchased_nano)::text, 'granted', a.granted_nano::text, 'seq', a.event_seq);
END $$;

-- Gives one stored allowance another cap. What it then has too much is explained, and lowered by every later statement.
CREATE FUNCTION cap_apply(p_owner uuid, p_kind smallint, p_period date, p_cap bigint) RETURNS void LANGUAGE sql AS $$
  WITH old AS MATERIALIZED (SELECT * FROM allowance WHERE (owner, kind, period) = (p_owner, p_kind, p_period)),
    explained AS (INSERT INTO settlement_exception (owner, kind, period, what, amount)
      SELECT owner, kind, period, 'cap', used + leased - p_cap - over FROM old WHERE used + leased - p_cap > over)
  UPDATE allowance a SET cap = p_cap, over = CASE WHEN p_cap IS NULL THEN 0 ELSE greatest(0, a.used + a.leased - p_cap) END
    FROM old WHERE (a.owner, a.kind, a.period) = (old.owner, old.kind, old.period) $$;

-- The limit first, then the stored allowances of the current and later periods: past periods never change.
CREATE FUNCTION limit_apply(p_owner uuid, p_kind smallint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE a record; c bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1464158546, hashtext(p_owner::text));
  SELECT cap INTO c FROM allowance_limit WHERE owner = p_owner AND kind = p_kind AND enforced;
  FOR a IN SELECT owner, kind, period FROM allowance WHERE owner = p_owner AND kind = p_kind AND period >= period_of(p_kind, now())
      ORDER BY period FOR NO KEY UPDATE LOOP
    PERFORM cap_apply(a.owner, a.kind, a.period, c);
  END LOOP;
  PERFORM pg_notify('weir_reclaim', jsonb_build_object('o', p_owner, 'k', p_kind, 'p', period_of(p_kind, now()))::text);
END $$;

-- Sets the cap of kinds 1–3 (owner = account, tokens) or 4–6 (owner = key, nano); null = no limit, 0 refuses everything.
-- Running requests finish within their holds. Answers the current allowance.
CREATE FUNCTION set_limit(p_owner uuid, p_kind int, p_cap bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE acct account; k smallint := p_kind;
BEGIN
  IF p_kind NOT BETWEEN 1 AND 6 THEN RAISE EXCEPTION 'set_limit: kind % has no limit of its own', p_kind USING ERRCODE = '22023'; END IF;
  SELECT * INTO acct FROM account WHERE id = CASE WHEN p_kind < 4 THEN p_owner ELSE (SELECT account FROM api_key WHERE id = p_owner) END FOR NO KEY UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'set_limit: no owner % of kind %', p_owner, p_kind USING ERRCODE = '23503'; END IF;
  INSERT INTO allowance_limit AS x (owner, kind, cap, enforced) VALUES (p_owner, k, p_cap, k NOT IN (1, 2) OR acct.budget_type = 'subscription')
    ON CONFLICT (owner, kind) DO UPDATE SET cap = excluded.cap, enforced = excluded.enforced;
  PERFORM limit_apply(p_owner, k);
  IF k < 4 THEN
    PERFORM event_append(acct.id, 'budget.updated', budget_json(acct.id));
    PERFORM pg_notify('weir_live', jsonb_build_object('a', jsonb_build_array(acct.id))::text);
  END IF;
  RETURN coalesce((SELECT jsonb_build_object('cap', cap::text, 'used', used::text, 'leased', leased::text, 'over', over::text) FROM allowance
    WHERE (owner, kind, period) = (p_owner, k, period_of(k, now()))), jsonb_build_object('cap', p_cap::text, 'used', '0', 'leased', '0', 'over', '0'));
END $$;

-- subscription: daily, monthly and total limits hold. onetime: only the total.
CREATE FUNCTION set_budget_type(p_account uuid, p_type text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE account SET budget_type = p_type WHERE id = p_account;
  IF NOT FOUND THEN RAISE EXCEPTION 'set_budget_type: no account %', p_account USING ERRCODE = '23503'; END IF;
  UPDATE allowance_limit SET enforced = p_type = 'subscription' WHERE owner = p_account AND kind IN (1, 2);
  PERFORM limit_apply(p_account, 1::smallint);
  PERFORM limit_apply(p_account, 2::smallint);
  PERFORM event_append(p_account, 'budget.updated', budget_json(p_account));
  PERFORM pg_notify('weir_live', jsonb_build_object('a', jsonb_build_array(p_account))::text);
END $$;

-- Each entry names the digest of all before it, so that a later change of any entry shows.
CREATE FUNCTION audit_digest(p_chain text, e audit_entry) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(p_chain || jsonb_build_array(e.id, iso_text(e.at), e.actor, e.action, e.target, e.before, e.after, host(e.ip))::text, 'UTF8')), 'hex') $$;
CREATE FUNCTION audit_append(p_actor uuid, p_action text, p_target text, p_before jsonb, p_after jsonb, p_ip inet) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e audit_entry;
BEGIN
  PERFORM pg_advisory_xact_lock(1464158547, 0);
  INSERT INTO audit_entry (actor, action, target, before, after, ip, chain, at)
    VALUES (p_actor, p_action, p_target, p_before, p_after, p_ip, '', date_trunc('milliseconds', clock_timestamp())) RETURNING * INTO e;
  UPDATE audit_entry SET chain = audit_digest(coalesce((SELECT chain FROM audit_entry WHERE id < e.id ORDER BY id DESC LIMIT 1), ''), e) WHERE id = e.id;
  RETURN e.id;
END $$;
`;
