import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Two things that a request row could not say: that it was charged the token price because its model had none
 * (its price version is then below zero, −version of `token_price`), and that it stands for many refusals of one
 * minute. `ledger_rate_nano` is the admin's rate, nano of the ledger currency per EUR; null = not stated.
 */
export class UnpricedAndRefusals1700000000003 implements MigrationInterface {
  name = 'UnpricedAndRefusals1700000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(COLUMNS_ADDED);
    await queryRunner.query(SETTLE);
    await queryRunner.query(REQUEST_JSON);
  }

  async down(): Promise<void> {
    throw new Error('Rows may already use what this migration added: restore a backup instead.');
  }
}

const COLUMNS_ADDED = `
ALTER TABLE token_price ADD COLUMN ledger_rate_nano bigint CHECK (ledger_rate_nano > 0);
ALTER TABLE request ADD COLUMN refusals int CHECK (refusals > 0);
`;

const COLUMNS = `id, account, key, epoch, accepted_at, first_byte_at, completed_at, endpoint, dialect, streamed, requested_model, model,
      reported_model, provider, endpoint_id, region, template, mode, parent, http_status, status, finish_reason, input_tokens,
      cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, source, tokens, cost_nano,
      absorbed_nano, exposure_nano, price_version, template_factor, server_factor, latency_ms, duration_ms, attempts, trace,
      client_ip, user_agent, correlation_id, refusals`;

/** As in `functions/settlement.ts`, with the new column. */
const SETTLE = `
CREATE OR REPLACE FUNCTION settle(p_batches jsonb, p_rows jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
`;

/** As in `functions/views.ts`, with the flag of an unpriced model and the number of refusals. */
const REQUEST_JSON = `
CREATE OR REPLACE FUNCTION request_json(q request, p_label text, p_prefix text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT json_build_object(
    'generation_id', 'gen_' || q.id, 'accepted_at', iso_text(q.accepted_at), 'completed_at', iso_text(q.completed_at),
    'endpoint', q.endpoint, 'dialect', q.dialect, 'streamed', q.streamed, 'requested_model', q.requested_model, 'model', q.model,
    'provider', q.provider, 'region', q.region,
    'key', json_build_object('id', q.key, 'label', coalesce(p_label, ''), 'prefix', coalesce(p_prefix, '')),
    'template', q.template, 'mode', q.mode, 'http_status', q.http_status, 'status', q.status, 'refusals', q.refusals,
    'input_tokens', q.input_tokens, 'cache_read_tokens', q.cache_read_tokens, 'cache_write_5m_tokens', q.cache_write_5m_tokens,
    'cache_write_1h_tokens', q.cache_write_1h_tokens, 'output_tokens', q.output_tokens, 'reasoning_tokens', q.reasoning_tokens,
    'prompt_tokens', prompt_tokens(q), 'completion_tokens', q.output_tokens,
    'total_tokens', CASE WHEN num_nonnulls(prompt_tokens(q), q.output_tokens) > 0 THEN coalesce(prompt_tokens(q), 0) + coalesce(q.output_tokens, 0) END,
    'effective_tokens', q.tokens, 'cost', nano_text(q.cost_nano),
    'price_version', CASE WHEN q.price_version < 0 THEN 'token-price:' || -q.price_version ELSE q.price_version::text END,
    'usage_provenance', q.source, 'latency_ms', q.latency_ms, 'duration_ms', q.duration_ms, 'energy_wh', null, 'carbon_g', null) $$;
`;
