/** What the worker's maintenance may delete; the application role itself may delete nothing here. */
export const MAINTENANCE_FUNCTIONS = `
-- Live events: the newest 5,000 of an account, none older than 24 h. Only a prefix goes, so what stays is gapless.
-- Confirmed batches: 24 h after their epoch ended (a replayed journal may still ask for them until then).
-- Outbox: a day after sending.
CREATE FUNCTION retention_tick() RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE events bigint; batches bigint; sent bigint;
BEGIN
  WITH old AS (SELECT a.id, greatest(a.event_seq - 5000, coalesce((SELECT max(e.seq) FROM live_event e WHERE e.account = a.id AND e.at < now() - interval '24 hours'), 0)) AS floor
      FROM account a WHERE EXISTS (SELECT 1 FROM live_event e WHERE e.account = a.id AND (e.seq <= a.event_seq - 5000 OR e.at < now() - interval '24 hours'))),
    gone AS (DELETE FROM live_event e USING old WHERE e.account = old.id AND e.seq <= old.floor RETURNING 1)
  SELECT count(*) INTO events FROM gone;
  WITH gone AS (DELETE FROM settled_batch b WHERE b.at < now() - interval '24 hours' AND NOT EXISTS (SELECT 1 FROM gateway_epoch g
      WHERE g.id = b.epoch AND (g.state = 'open' OR g.ended_at > now() - interval '24 hours')) RETURNING 1)
  SELECT count(*) INTO batches FROM gone;
  WITH gone AS (DELETE FROM outbox WHERE sent_at < now() - interval '24 hours' RETURNING 1)
  SELECT count(*) INTO sent FROM gone;
  RETURN jsonb_build_object('live_events', events, 'settled_batches', batches, 'outbox', sent);
END $$;
`;
