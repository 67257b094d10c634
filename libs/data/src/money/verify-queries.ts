/**
 * The invariants of the money path as SQL. Each query returns no row when all is well; what it returns are the
 * first witnesses. They recompute everything from `request`, `ledger_entry` and `lease` and share no code with
 * the functions that write.
 */

/** One check: its name says what must hold. */
export interface LedgerCheck {
  readonly name: string;
  readonly sql: string;
}

const PERIOD = `CASE WHEN k IN (1, 5) THEN (accepted_at AT TIME ZONE 'UTC')::date
  WHEN k IN (2, 6) THEN date_trunc('month', accepted_at AT TIME ZONE 'UTC')::date ELSE DATE '1970-01-01' END`;

/** All checks, in the order in which an operator should read them. */
export const LEDGER_CHECKS: readonly LedgerCheck[] = [
  {
    name: 'I1 balance equals the sum of the ledger',
    sql: `SELECT a.owner, a.cap - a.used AS balance, coalesce(l.s, 0) AS ledger FROM allowance a
      LEFT JOIN (SELECT account, sum(amount_nano) AS s FROM ledger_entry GROUP BY 1) l ON l.account = a.owner
      WHERE a.kind = 0 AND a.cap - a.used IS DISTINCT FROM coalesce(l.s, 0)`,
  },
  {
    name: 'I1 every account has its balance row',
    sql: `SELECT id FROM account WHERE NOT EXISTS (SELECT 1 FROM allowance WHERE owner = account.id AND kind = 0)`,
  },
  {
    name: 'I1 granted and purchased credit left equal the ledger',
    sql: `SELECT a.id, a.granted_nano, a.purchased_nano, l.g, l.p FROM account a
      LEFT JOIN (SELECT account, sum(granted_part) AS g, sum(amount_nano - granted_part) AS p FROM ledger_entry GROUP BY 1) l ON l.account = a.id
      WHERE a.granted_nano <> coalesce(l.g, 0) OR a.purchased_nano <> coalesce(l.p, 0)`,
  },
  {
    name: 'I1 ledger seq is gapless',
    sql: `SELECT account FROM ledger_entry GROUP BY 1 HAVING min(seq) <> 1 OR max(seq) <> count(*)`,
  },
  {
    name: 'I1 the account knows its newest seq',
    sql: `SELECT id FROM account a WHERE ledger_seq <> (SELECT count(*) FROM ledger_entry WHERE account = a.id)
      OR event_seq < (SELECT coalesce(max(seq), 0) FROM live_event WHERE account = a.id)`,
  },
  {
    name: 'I1 the running balance is right',
    sql: `SELECT account, seq FROM (SELECT *, lag(balance_after, 1, 0::bigint) OVER (PARTITION BY account ORDER BY seq) AS p FROM ledger_entry) x
      WHERE balance_after <> p + amount_nano`,
  },
  {
    name: 'I2 leased equals the sum of the open leases',
    sql: `SELECT a.owner, a.kind, a.period FROM allowance a LEFT JOIN lease l USING (owner, kind, period)
      GROUP BY 1, 2, 3, a.leased HAVING a.leased <> coalesce(sum(l.granted - l.returned - l.consumed - l.released), 0)`,
  },
  {
    name: 'I2 no lease without its allowance',
    sql: `SELECT l.* FROM lease l LEFT JOIN allowance a USING (owner, kind, period) WHERE a.owner IS NULL`,
  },
  {
    name: 'I2 nothing beyond a cap and its explained excess',
    sql: `SELECT * FROM allowance WHERE cap IS NOT NULL AND used + leased > cap + over`,
  },
  {
    name: 'I2 every excess has an explanation',
    sql: `SELECT * FROM allowance a WHERE over > 0 AND NOT EXISTS (SELECT 1 FROM settlement_exception x
      WHERE (x.owner, x.kind, x.period) = (a.owner, a.kind, a.period))`,
  },
  {
    name: 'I2 ended epochs hold nothing',
    sql: `SELECT l.* FROM lease l JOIN gateway_epoch g ON g.id = l.epoch
      WHERE g.state <> 'open' AND l.granted - l.returned - l.consumed - l.released <> 0`,
  },
  {
    name: 'I2 no lease was short and no repeat told another cost (expected only after a restore)',
    sql: `SELECT * FROM settlement_exception WHERE what IN ('short', 'conflict')`,
  },
  {
    name: 'I2b what is used equals the requests',
    sql: `WITH r AS (SELECT CASE WHEN k < 4 THEN account ELSE key END AS owner, k::smallint AS kind, ${PERIOD} AS period,
        sum(CASE WHEN k IN (1, 2, 3) THEN tokens ELSE cost_nano END) AS s FROM request CROSS JOIN generate_series(0, 6) k GROUP BY 1, 2, 3)
      SELECT owner, kind, period, a.used, r.s FROM allowance a FULL JOIN r USING (owner, kind, period) WHERE coalesce(a.used, 0) <> coalesce(r.s, 0)`,
  },
  {
    name: 'I3/I5 each costed request has exactly one usage entry of that amount, and no entry lacks its request',
    sql: `SELECT coalesce(r.id::text, e.ref) AS request FROM (SELECT * FROM request WHERE cost_nano > 0) r
      FULL JOIN (SELECT * FROM ledger_entry WHERE what = 'usage') e ON e.ref = r.id::text
      WHERE r.id IS NULL OR e.ref IS NULL OR e.amount_nano <> -r.cost_nano OR e.account <> r.account`,
  },
  {
    name: 'I6 rollups equal the requests',
    sql: `WITH r AS (SELECT account, date_bin('15 minutes', accepted_at, TIMESTAMPTZ '2000-01-01 00:00Z') AS bucket, key, model, coalesce(provider, '') AS provider,
        endpoint, coalesce(template, '') AS template, mode, status, count(*) FILTER (WHERE parent IS NULL) AS requests,
        count(*) FILTER (WHERE parent IS NOT NULL) AS children, coalesce(sum(input_tokens), 0) AS i, coalesce(sum(cache_read_tokens), 0) AS cr,
        coalesce(sum(cache_write_5m_tokens), 0) AS c5, coalesce(sum(cache_write_1h_tokens), 0) AS c1, coalesce(sum(output_tokens), 0) AS o,
        coalesce(sum(reasoning_tokens), 0) AS rt, sum(tokens) AS t, sum(cost_nano) AS c FROM request GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9)
      SELECT account, bucket, key, model FROM usage_rollup u FULL JOIN r USING (account, bucket, key, model, provider, endpoint, template, mode, status)
      WHERE (u.requests, u.child_requests, u.input_tokens, u.cache_read_tokens, u.cache_write_5m_tokens, u.cache_write_1h_tokens, u.output_tokens,
        u.reasoning_tokens, u.tokens, u.cost_nano) IS DISTINCT FROM (r.requests, r.children, r.i, r.cr, r.c5, r.c1, r.o, r.rt, r.t, r.c)`,
  },
  {
    name: 'I6 running sums per account equal the requests',
    sql: `WITH r AS (SELECT account, k::smallint AS kind, ${PERIOD} AS period,
        coalesce(sum(coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0)), 0) AS i,
        coalesce(sum(output_tokens), 0) AS o, sum(tokens) AS t, sum(cost_nano) AS c FROM request CROSS JOIN generate_series(1, 3) k GROUP BY 1, 2, 3)
      SELECT account, kind, period FROM account_use u FULL JOIN r USING (account, kind, period)
      WHERE (u.input_tokens, u.output_tokens, u.tokens, u.cost_nano) IS DISTINCT FROM (r.i, r.o, r.t, r.c)`,
  },
  {
    name: 'I6 what each key did equals its requests',
    sql: `WITH r AS (SELECT key, count(*) FILTER (WHERE parent IS NULL) AS n, sum(tokens) AS t, sum(cost_nano) AS c FROM request GROUP BY 1)
      SELECT key FROM key_use u FULL JOIN r USING (key) WHERE (u.requests, u.tokens, u.cost_nano) IS DISTINCT FROM (r.n, r.t, r.c)`,
  },
  {
    name: 'I7 no epoch is open past its time',
    sql: `SELECT b.epoch, b.silent FROM gateway_beat b JOIN gateway_epoch g ON g.id = b.epoch WHERE g.state = 'open' AND b.silent > 104`,
  },
  {
    name: 'I7 nothing waits in settlement_failed',
    sql: `SELECT request, error, at FROM settlement_failed`,
  },
  {
    name: 'I9 live events are gapless within their retention',
    sql: `SELECT e.account FROM live_event e JOIN account a ON a.id = e.account GROUP BY 1, a.event_seq
      HAVING max(e.seq) - min(e.seq) + 1 <> count(*) OR max(e.seq) <> a.event_seq`,
  },
  {
    name: 'the audit log is unbroken',
    sql: `SELECT id FROM (SELECT e.id, e.chain, audit_digest(coalesce(lag(e.chain) OVER (ORDER BY e.id), ''), e) AS digest FROM audit_entry e) x WHERE chain <> digest`,
  },
];
