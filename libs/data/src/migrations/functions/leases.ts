/**
 * Epochs, beats and leases (design: escrow with cumulative counters). Every counter of a lease only grows, so
 * a lost, late or repeated call does no harm. Locks are always taken epoch → account → allowance → lease, each
 * in ascending key order; the waits this prevents are the only ones that could circle.
 */
export const LEASE_FUNCTIONS = `
CREATE TYPE allowance_key AS (o uuid, k smallint, p date);
CREATE TYPE lease_item AS (o uuid, k smallint, p date, need bigint, want bigint, known bigint);

-- Creates the missing allowances with the cap in force. A limit may be changing at this very moment, and where none exists
-- yet there is no row to lock: hence the advisory lock, shared here and exclusive in limit_apply.
CREATE FUNCTION allowance_ensure(p_keys allowance_key[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE missing allowance_key[];
BEGIN
  SELECT array_agg(i::allowance_key ORDER BY o, k, p) INTO missing FROM (SELECT DISTINCT o, k, p FROM unnest(p_keys)) i
    WHERE NOT EXISTS (SELECT 1 FROM allowance a WHERE (a.owner, a.kind, a.period) = (i.o, i.k, i.p));
  IF missing IS NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock_shared(1464158546, h) FROM (SELECT DISTINCT hashtext(o::text) AS h FROM unnest(missing) ORDER BY 1) x;
  INSERT INTO allowance (owner, kind, period, cap)
    SELECT i.o, i.k, i.p, CASE WHEN i.k = 0 THEN 0 ELSE (SELECT l.cap FROM allowance_limit l WHERE (l.owner, l.kind) = (i.o, i.k) AND l.enforced) END
    FROM unnest(missing) i ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION config_seq() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT seq FROM config_version $$;

-- Repeated every 5 s while its process recovers: it is what keeps the older epochs of the journal from being released.
CREATE FUNCTION epoch_open(p_id uuid, p_journal uuid, p_slot text, p_host text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO gateway_epoch (id, journal, slot, host) VALUES (p_id, p_journal, p_slot, p_host) ON CONFLICT DO NOTHING;
  INSERT INTO gateway_beat (epoch) VALUES (p_id) ON CONFLICT DO NOTHING;
  PERFORM 1 FROM gateway_beat b JOIN gateway_epoch g ON g.id = b.epoch WHERE g.journal = p_journal AND g.state = 'open'
    ORDER BY b.epoch FOR NO KEY UPDATE OF b;
  UPDATE gateway_beat b SET silent = 0 FROM gateway_epoch g WHERE g.id = b.epoch AND g.journal = p_journal AND g.state = 'open';
  RETURN jsonb_build_object('now', iso_text(clock_timestamp()), 'config_seq', config_seq()::text, 'older', coalesce((
    SELECT jsonb_agg(g.id ORDER BY g.ord) FROM gateway_epoch g JOIN gateway_epoch own ON own.id = p_id
    WHERE g.journal = p_journal AND g.state = 'open' AND g.ord < own.ord), '[]'));
END $$;

-- Compare-and-set: a beat that is neither the next nor the last one means that the database went back in time.
-- The states are read after the update, for a release may have held the row until just now.
CREATE FUNCTION beat(p_beats jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE done uuid[];
BEGIN
  PERFORM 1 FROM gateway_beat WHERE epoch IN (SELECT (x ->> 0)::uuid FROM jsonb_array_elements(p_beats) x) ORDER BY epoch FOR NO KEY UPDATE;
  WITH hit AS (UPDATE gateway_beat b SET beat = (x ->> 1)::bigint, silent = 0 FROM jsonb_array_elements(p_beats) x
    WHERE b.epoch = (x ->> 0)::uuid AND b.beat IN ((x ->> 1)::bigint - 1, (x ->> 1)::bigint) RETURNING b.epoch)
  SELECT array_agg(epoch) INTO done FROM hit;
  RETURN jsonb_build_object('now', iso_text(clock_timestamp()), 'config_seq', config_seq()::text,
    'gateways', (SELECT count(*) FROM gateway_epoch g JOIN gateway_beat b ON b.epoch = g.id WHERE g.state = 'open' AND b.silent < 6),
    'epochs', (SELECT coalesce(jsonb_object_agg(x ->> 0, CASE WHEN g.state IS DISTINCT FROM 'open' THEN 'closed'
        WHEN g.id = ANY (coalesce(done, '{}')) THEN 'ok' ELSE 'behind' END), '{}')
      FROM jsonb_array_elements(p_beats) x LEFT JOIN gateway_epoch g ON g.id = (x ->> 0)::uuid));
END $$;

-- All or nothing. Beyond the need at most a quarter of this gateway's share of what is left, so that the idle part of an
-- allowance stays small and shrinks to nothing at its end.
CREATE FUNCTION lease_take(p_epoch uuid, p_gateways int, p_items jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE items lease_item[]; answer jsonb; stale boolean;
BEGIN
  SELECT array_agg(i ORDER BY i.o, i.k, i.p) INTO items FROM jsonb_populate_recordset(NULL::lease_item, p_items) i;
  IF items IS NULL OR EXISTS (SELECT 1 FROM unnest(items) i WHERE num_nulls(i.o, i.k, i.p, i.need, i.want, i.known) > 0 OR i.need < 0 OR i.k NOT BETWEEN 0 AND 6)
     OR (SELECT count(DISTINCT (o, k, p)) FROM unnest(items)) <> cardinality(items) THEN
    RAISE EXCEPTION 'lease_take: each item names an allowance once, with need >= 0' USING ERRCODE = '22023';
  END IF;
  PERFORM 1 FROM gateway_epoch WHERE id = p_epoch AND state = 'open' FOR SHARE;
  IF NOT FOUND THEN RETURN jsonb_build_object('closed', true); END IF;
  PERFORM allowance_ensure(ARRAY(SELECT ROW(o, k, p)::allowance_key FROM unnest(items)));
  PERFORM 1 FROM allowance a JOIN unnest(items) i ON (a.owner, a.kind, a.period) = (i.o, i.k, i.p)
    ORDER BY a.owner, a.kind, a.period FOR NO KEY UPDATE OF a;
  INSERT INTO lease (epoch, owner, kind, period) SELECT p_epoch, o, k, p FROM unnest(items) ORDER BY o, k, p ON CONFLICT DO NOTHING;

  SELECT bool_or(l.granted <> i.known), jsonb_agg(jsonb_build_object('o', i.o, 'k', i.k, 'p', i.p, 'granted', l.granted::text,
      'returned', l.returned::text, 'consumed', l.consumed::text, 'released', l.released::text) ORDER BY i.o, i.k, i.p)
    INTO stale, answer FROM unnest(items) i JOIN lease l ON (l.epoch, l.owner, l.kind, l.period) = (p_epoch, i.o, i.k, i.p);
  IF stale THEN RETURN jsonb_build_object('resync', answer); END IF;

  SELECT jsonb_build_object('o', i.o, 'k', i.k, 'p', i.p, 'cap', a.cap::text, 'used', a.used::text, 'leased', a.leased::text)
    INTO answer FROM unnest(items) i JOIN allowance a ON (a.owner, a.kind, a.period) = (i.o, i.k, i.p)
    WHERE a.cap - a.used - a.leased < i.need OR (a.cap = 0 AND a.kind > 0) ORDER BY i.k, i.o, i.p LIMIT 1;
  IF answer IS NOT NULL THEN RETURN jsonb_build_object('refused', answer); END IF;

  WITH g AS MATERIALIZED (
      SELECT i.o, i.k, i.p, i.need + greatest(0, least(i.want - i.need,
        CASE WHEN a.cap IS NULL THEN i.want - i.need ELSE (a.cap - a.used - a.leased - i.need) / (4 * greatest(p_gateways, 1)) END)) AS x
      FROM unnest(items) i JOIN allowance a ON (a.owner, a.kind, a.period) = (i.o, i.k, i.p)),
    raised AS (UPDATE allowance a SET leased = a.leased + g.x, over = least(a.over, greatest(0, a.used + a.leased + g.x - coalesce(a.cap, a.used + a.leased + g.x)))
      FROM g WHERE (a.owner, a.kind, a.period) = (g.o, g.k, g.p)),
    leased AS (UPDATE lease l SET granted = l.granted + g.x FROM g
      WHERE (l.epoch, l.owner, l.kind, l.period) = (p_epoch, g.o, g.k, g.p) RETURNING l.owner, l.kind, l.period, l.granted)
  SELECT jsonb_agg(jsonb_build_object('o', owner, 'k', kind, 'p', period, 'granted', granted::text) ORDER BY owner, kind, period) INTO answer FROM leased;
  RETURN jsonb_build_object('granted', answer);
END $$;

-- Returned amounts are totals, so a repeated or late call changes nothing.
CREATE FUNCTION lease_return(p_epoch uuid, p_items jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE i record; d bigint;
BEGIN
  PERFORM 1 FROM gateway_epoch WHERE id = p_epoch AND state = 'open' FOR SHARE;
  IF NOT FOUND THEN RETURN 'closed'; END IF;
  FOR i IN SELECT o, k, p, max(returned) AS returned FROM jsonb_to_recordset(p_items) AS t(o uuid, k smallint, p date, returned bigint)
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LOOP
    PERFORM 1 FROM allowance WHERE (owner, kind, period) = (i.o, i.k, i.p) FOR NO KEY UPDATE;
    SELECT greatest(0, i.returned - returned) INTO d FROM lease WHERE (epoch, owner, kind, period) = (p_epoch, i.o, i.k, i.p) FOR NO KEY UPDATE;
    CONTINUE WHEN d IS NULL OR d = 0;
    UPDATE lease SET returned = returned + d WHERE (epoch, owner, kind, period) = (p_epoch, i.o, i.k, i.p);
    UPDATE allowance SET leased = leased - d, over = least(over, greatest(0, used + leased - d - coalesce(cap, used + leased)))
      WHERE (owner, kind, period) = (i.o, i.k, i.p);
  END LOOP;
  RETURN 'ok';
END $$;

CREATE FUNCTION lease_list(p_epoch uuid) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('o', owner, 'k', kind, 'p', period, 'granted', granted::text, 'returned', returned::text,
    'consumed', consumed::text, 'released', released::text) ORDER BY owner, kind, period), '[]') FROM lease WHERE epoch = p_epoch $$;

-- how = 'closed': by its own gateway, or its successor, once every request is confirmed. how = 'released': by the sweeper,
-- only when 102 ticks of silence are still there under the lock of the beat. Whether the epoch ended by this call.
CREATE FUNCTION epoch_close(p_epoch uuid, p_how text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF p_how NOT IN ('closed', 'released') THEN RAISE EXCEPTION 'epoch_close: unknown state %', p_how USING ERRCODE = '22023'; END IF;
  PERFORM 1 FROM gateway_epoch WHERE id = p_epoch AND state = 'open' FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM 1 FROM gateway_beat WHERE epoch = p_epoch AND (p_how = 'closed' OR silent >= 102) FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  RETURN epoch_end(p_epoch, p_how);
END $$;

-- An operator knows that this gateway will not come back: its leases are free at once. What its lost journal held stays unbilled.
CREATE FUNCTION epoch_declare_lost(p_epoch uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM gateway_epoch WHERE id = p_epoch AND state = 'open' FOR NO KEY UPDATE;
  RETURN FOUND AND epoch_end(p_epoch, 'released');
END $$;

CREATE FUNCTION epoch_end(p_epoch uuid, p_state text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE gateway_epoch SET state = p_state, ended_at = now() WHERE id = p_epoch;
  PERFORM 1 FROM allowance a JOIN lease l USING (owner, kind, period)
    WHERE l.epoch = p_epoch AND l.granted - l.returned - l.consumed - l.released > 0
    ORDER BY a.owner, a.kind, a.period FOR NO KEY UPDATE OF a;
  WITH o AS MATERIALIZED (SELECT owner, kind, period, granted - returned - consumed - released AS x FROM lease
      WHERE epoch = p_epoch AND granted - returned - consumed - released > 0),
    freed AS (UPDATE lease l SET released = l.released + o.x FROM o WHERE (l.epoch, l.owner, l.kind, l.period) = (p_epoch, o.owner, o.kind, o.period))
  UPDATE allowance a SET leased = a.leased - o.x, over = least(a.over, greatest(0, a.used + a.leased - o.x - coalesce(a.cap, a.used + a.leased)))
    FROM o WHERE (a.owner, a.kind, a.period) = (o.owner, o.kind, o.period);
  RETURN true;
END $$;

-- One tick of the sweeper, whose caller holds the advisory lock. Answers the epochs whose time is over: each is then closed by
-- its own epoch_close(id, 'released'), which looks again.
CREATE FUNCTION sweep_tick() RETURNS uuid[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM gateway_beat b JOIN gateway_epoch g ON g.id = b.epoch WHERE g.state = 'open' ORDER BY b.epoch FOR NO KEY UPDATE OF b;
  UPDATE gateway_beat b SET silent = b.silent + 1 FROM gateway_epoch g WHERE g.id = b.epoch AND g.state = 'open';
  RETURN ARRAY(SELECT b.epoch FROM gateway_beat b JOIN gateway_epoch g ON g.id = b.epoch WHERE g.state = 'open' AND b.silent >= 102 ORDER BY g.ord);
END $$;
`;
