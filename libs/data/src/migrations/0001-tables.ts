import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every table of Weir. Money tables (account, allowance…, lease, ledger_entry, request, …) belong to the
 * owner alone: the application role `weir_app` may read them and EXECUTE the functions of the next
 * migration, so that no statement of the applications can write money past them.
 *
 * Units: `*_nano` are 10⁻⁹ of the ledger currency; `*_tokens` are tokens; `tokens` are effective tokens;
 * factors are ten-thousandths (10000 = 1.0). All instants are UTC.
 */
export class Tables1700000000001 implements MigrationInterface {
  name = 'Tables1700000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(ROLE);
    await queryRunner.query(MONEY);
    await queryRunner.query(REQUESTS);
    await queryRunner.query(PEOPLE);
    await queryRunner.query(CATALOG);
    await queryRunner.query(MESSAGES);
    await queryRunner.query(CONFIG_CHANGES);
    await queryRunner.query(GRANTS);
  }

  async down(): Promise<void> {
    throw new Error('The first migration cannot be undone: restore a backup instead.');
  }
}

const ROLE = `
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'weir_app') THEN CREATE ROLE weir_app NOLOGIN; END IF;
  EXECUTE format('GRANT weir_app TO %I', current_user);
END $$;
GRANT USAGE ON SCHEMA public TO weir_app;
`;

const MONEY = `
CREATE TABLE tier (
  id uuid PRIMARY KEY, name text NOT NULL UNIQUE, is_default boolean NOT NULL DEFAULT false,
  price_factor int NOT NULL DEFAULT 10000, allowed_models text[], requests_per_minute int, tokens_per_minute int,
  concurrent_requests int, monthly_credit_nano bigint NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now());
CREATE UNIQUE INDEX tier_one_default ON tier (is_default) WHERE is_default;

-- granted_nano and purchased_nano are what is LEFT of each; granted is spent first. Their sum is cap - used of kind 0.
CREATE TABLE account (
  id uuid PRIMARY KEY, name text NOT NULL, tier uuid NOT NULL REFERENCES tier, template uuid,
  budget_type text NOT NULL DEFAULT 'subscription' CHECK (budget_type IN ('subscription', 'onetime')),
  granted_nano bigint NOT NULL DEFAULT 0 CHECK (granted_nano >= 0), purchased_nano bigint NOT NULL DEFAULT 0,
  ledger_seq bigint NOT NULL DEFAULT 0, event_seq bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()) WITH (fillfactor = 50);

-- No row for kind 0: its cap is the sum of the credits. enforced is false for kinds 1 and 2 of a 'onetime' account: the
-- configured cap is kept, new allowances get none.
CREATE TABLE allowance_limit (
  owner uuid, kind smallint CHECK (kind BETWEEN 1 AND 6), cap bigint CHECK (cap >= 0), enforced boolean NOT NULL DEFAULT true,
  PRIMARY KEY (owner, kind));

-- kind: 0 balance (account) · 1 tokens/day · 2 tokens/month · 3 tokens/total (account) · 4 spend/total · 5 spend/day · 6 spend/month (key)
CREATE TABLE allowance (
  owner uuid, kind smallint, period date, cap bigint, used bigint NOT NULL DEFAULT 0,
  leased bigint NOT NULL DEFAULT 0, over bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (owner, kind, period),
  CHECK (used >= 0 AND leased >= 0 AND over >= 0),
  CHECK (cap IS NULL OR used + leased <= cap + over)) WITH (fillfactor = 50);

CREATE TABLE gateway_epoch (
  id uuid PRIMARY KEY, ord bigint GENERATED ALWAYS AS IDENTITY, journal uuid NOT NULL, slot text NOT NULL, host text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'released')),
  opened_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz);
CREATE INDEX gateway_epoch_open ON gateway_epoch (journal) WHERE state = 'open';
CREATE TABLE gateway_beat (
  epoch uuid PRIMARY KEY REFERENCES gateway_epoch ON DELETE CASCADE,
  beat bigint NOT NULL DEFAULT 0, silent int NOT NULL DEFAULT 0) WITH (fillfactor = 50);

CREATE TABLE lease (
  epoch uuid REFERENCES gateway_epoch, owner uuid, kind smallint, period date,
  granted bigint NOT NULL DEFAULT 0, returned bigint NOT NULL DEFAULT 0,
  consumed bigint NOT NULL DEFAULT 0, released bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (epoch, owner, kind, period),
  CHECK (granted - returned - consumed - released >= 0)) WITH (fillfactor = 50);
CREATE INDEX lease_allowance ON lease (owner, kind, period);

CREATE TABLE settled_batch (epoch uuid, batch bigint, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (epoch, batch));
CREATE TABLE settlement_failed (request uuid PRIMARY KEY, payload jsonb NOT NULL, error text NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE settlement_exception (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner uuid, kind smallint, period date,
  what text NOT NULL CHECK (what IN ('late', 'overage', 'uncapped', 'short', 'cap', 'conflict')),
  amount bigint NOT NULL, request uuid, at timestamptz NOT NULL DEFAULT now());

CREATE TABLE ledger_entry (
  account uuid REFERENCES account, seq bigint, at timestamptz NOT NULL DEFAULT now(),
  amount_nano bigint NOT NULL, granted_part bigint NOT NULL DEFAULT 0,
  what text NOT NULL CHECK (what IN ('usage', 'grant', 'purchase', 'refund', 'adjustment')),
  ref text NOT NULL, note text, balance_after bigint NOT NULL,
  PRIMARY KEY (account, seq), UNIQUE (what, ref));

CREATE TABLE live_event (
  account uuid, seq bigint, type text NOT NULL, payload jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, seq));

CREATE TABLE alert_rule (
  account uuid PRIMARY KEY REFERENCES account, enabled boolean NOT NULL DEFAULT false,
  threshold int NOT NULL DEFAULT 80 CHECK (threshold BETWEEN 50 AND 99), email text);
-- The cap is part of the key: a changed limit re-arms its alerts.
CREATE TABLE alert_fired (
  account uuid, kind smallint, period date, threshold int, cap bigint, used bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (account, kind, period, threshold, cap));
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, queue text NOT NULL, payload jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT now(), sent_at timestamptz);
CREATE INDEX outbox_unsent ON outbox (id) WHERE sent_at IS NULL;
`;

const REQUESTS = `
CREATE TABLE request (
  id uuid PRIMARY KEY, account uuid NOT NULL, key uuid NOT NULL, epoch uuid NOT NULL,
  accepted_at timestamptz NOT NULL, first_byte_at timestamptz, completed_at timestamptz,
  settled_at timestamptz NOT NULL DEFAULT now(),
  endpoint text NOT NULL, dialect text NOT NULL, streamed boolean NOT NULL,
  requested_model text NOT NULL, model text NOT NULL, reported_model text,
  provider text, endpoint_id uuid, region text,
  template text, mode text NOT NULL DEFAULT 'native', parent uuid,
  http_status int NOT NULL, status text NOT NULL, finish_reason text,
  input_tokens int, cache_read_tokens int, cache_write_5m_tokens int, cache_write_1h_tokens int,
  output_tokens int, reasoning_tokens int,
  source text NOT NULL CHECK (source IN ('reported', 'drained', 'counted', 'estimated', 'none')),
  tokens bigint NOT NULL CHECK (tokens >= 0), cost_nano bigint NOT NULL CHECK (cost_nano >= 0),
  absorbed_nano bigint NOT NULL DEFAULT 0, exposure_nano bigint NOT NULL DEFAULT 0,
  price_version bigint, template_factor int NOT NULL DEFAULT 10000, server_factor int NOT NULL DEFAULT 10000,
  latency_ms int, duration_ms int, attempts smallint NOT NULL DEFAULT 0,
  trace jsonb, client_ip inet, user_agent text, correlation_id text);
CREATE INDEX request_account ON request (account, accepted_at DESC, id DESC);
CREATE INDEX request_key ON request (key, accepted_at DESC, id DESC);

-- 15-minute UTC buckets; '' stands for "none", so that the unique index needs no null handling.
CREATE TABLE usage_rollup (
  account uuid, bucket timestamptz, key uuid, model text, provider text, endpoint text, template text, mode text, status text,
  requests bigint NOT NULL, child_requests bigint NOT NULL DEFAULT 0,
  input_tokens bigint NOT NULL, cache_read_tokens bigint NOT NULL, cache_write_5m_tokens bigint NOT NULL,
  cache_write_1h_tokens bigint NOT NULL, output_tokens bigint NOT NULL, reasoning_tokens bigint NOT NULL,
  tokens bigint NOT NULL, cost_nano bigint NOT NULL,
  PRIMARY KEY (account, bucket, key, model, provider, endpoint, template, mode, status)) WITH (fillfactor = 70);

-- Running sums per account and day (kind 1), month (2) and for ever (3), in step with the rollups: the balance and budget
-- events of every settlement need them, and a month of rollups is too long to add up each time. input_tokens = all prompt classes.
CREATE TABLE account_use (
  account uuid, kind smallint, period date, input_tokens bigint NOT NULL, output_tokens bigint NOT NULL,
  tokens bigint NOT NULL, cost_nano bigint NOT NULL, PRIMARY KEY (account, kind, period)) WITH (fillfactor = 50);

-- Written by settlement alone: what each key did, without touching the key (a change there is a configuration change).
CREATE TABLE key_use (
  key uuid PRIMARY KEY, last_used_at timestamptz NOT NULL, last_used_ip inet,
  requests bigint NOT NULL DEFAULT 0, errors bigint NOT NULL DEFAULT 0, tokens bigint NOT NULL DEFAULT 0,
  cost_nano bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);

CREATE TABLE usage_note (
  request uuid, author uuid, note text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
  updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (request, author));

-- What each gateway is doing right now; worthless after a crash, hence UNLOGGED.
CREATE UNLOGGED TABLE gateway_pulse (
  epoch uuid PRIMARY KEY, at timestamptz NOT NULL, inflight jsonb NOT NULL, tick jsonb NOT NULL, held jsonb NOT NULL) WITH (fillfactor = 50);
`;

const PEOPLE = `
CREATE TABLE app_user (
  id uuid PRIMARY KEY, email text NOT NULL, name text NOT NULL,
  role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'operator', 'admin')),
  password_hash text NOT NULL, must_change_password boolean NOT NULL DEFAULT false,
  account uuid NOT NULL REFERENCES account, active boolean NOT NULL DEFAULT true,
  time_zone text, locale text NOT NULL DEFAULT 'en', token_version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(), last_seen_at timestamptz);
CREATE UNIQUE INDEX app_user_email ON app_user (lower(email));
CREATE INDEX app_user_account ON app_user (account);

CREATE TABLE refresh_session (
  id uuid PRIMARY KEY, app_user uuid NOT NULL REFERENCES app_user ON DELETE CASCADE, family uuid NOT NULL,
  token_digest text NOT NULL UNIQUE, created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz NOT NULL,
  rotated_at timestamptz, successor uuid, revoked_at timestamptz, user_agent text, ip inet);
CREATE INDEX refresh_session_family ON refresh_session (family);
CREATE INDEX refresh_session_user ON refresh_session (app_user);

CREATE TABLE api_key (
  id uuid PRIMARY KEY, account uuid NOT NULL REFERENCES account, created_by uuid REFERENCES app_user,
  label text NOT NULL, prefix text NOT NULL, last4 text NOT NULL, digest text NOT NULL UNIQUE,
  enabled boolean NOT NULL DEFAULT true, expires_at timestamptz, revoked_at timestamptz, hidden boolean NOT NULL DEFAULT false,
  routes text[] NOT NULL DEFAULT '{chat,embeddings,images,audio}', allowed_models text[], region_pin text,
  ip_allow text[] NOT NULL DEFAULT '{}', ip_deny text[] NOT NULL DEFAULT '{}',
  requests_per_minute int, tokens_per_minute int, concurrent_requests int,
  requests_5h int NOT NULL DEFAULT 0, requests_24h int NOT NULL DEFAULT 0, requests_7d int NOT NULL DEFAULT 0,
  routing jsonb, template uuid, prefer_low_carbon boolean NOT NULL DEFAULT false,
  successor uuid, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX api_key_account ON api_key (account, created_at DESC);

CREATE TABLE audit_entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), actor uuid, action text NOT NULL,
  target text NOT NULL, before jsonb, after jsonb, ip inet, chain text NOT NULL);
`;

const CATALOG = `
CREATE TABLE provider (
  id uuid PRIMARY KEY, slug text NOT NULL UNIQUE, name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('openai', 'anthropic', 'gemini')), base_url text NOT NULL,
  credential text, credential_hint text, region text, enabled boolean NOT NULL DEFAULT true,
  cost_factor int NOT NULL DEFAULT 10000 CHECK (cost_factor BETWEEN 100 AND 1000000),
  forward_headers text[] NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE model (
  id text PRIMARY KEY, name text NOT NULL, description text NOT NULL DEFAULT '', kind text NOT NULL DEFAULT 'chat' CHECK (kind IN ('chat', 'embeddings', 'images', 'audio', 'rerank')),
  context_tokens int, output_tokens_max int, image_tokens_max int NOT NULL DEFAULT 2000, hidden_output boolean NOT NULL DEFAULT false,
  capabilities text[] NOT NULL DEFAULT '{}', enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE endpoint (
  id uuid PRIMARY KEY, provider uuid NOT NULL REFERENCES provider ON DELETE CASCADE, model text NOT NULL REFERENCES model ON DELETE CASCADE,
  upstream_model text NOT NULL, region text, priority int NOT NULL DEFAULT 100, weight int NOT NULL DEFAULT 100 CHECK (weight > 0),
  enabled boolean NOT NULL DEFAULT true, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (provider, model, upstream_model));
-- Effective-dated, never updated: a change is a new version. Nano per million tokens; request_nano per request.
CREATE TABLE price (
  version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, model text NOT NULL REFERENCES model ON DELETE CASCADE,
  endpoint uuid REFERENCES endpoint ON DELETE CASCADE, valid_from timestamptz NOT NULL,
  input_nano bigint NOT NULL CHECK (input_nano >= 0), output_nano bigint NOT NULL CHECK (output_nano >= 0),
  cache_read_nano bigint CHECK (cache_read_nano >= 0), cache_write_5m_nano bigint CHECK (cache_write_5m_nano >= 0),
  cache_write_1h_nano bigint CHECK (cache_write_1h_nano >= 0), request_nano bigint CHECK (request_nano >= 0),
  source text NOT NULL DEFAULT 'manual' CHECK (source IN ('catalogue', 'manual', 'provider', 'sandbox')),
  reason text, created_by uuid, created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX price_model ON price (model, endpoint, valid_from DESC);
-- EUR value of one effective token, nano EUR; effective-dated.
CREATE TABLE token_price (
  version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price_nano bigint NOT NULL CHECK (price_nano >= 0),
  valid_from timestamptz NOT NULL DEFAULT now(), created_by uuid, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE expert_template (
  id uuid PRIMARY KEY, name text NOT NULL UNIQUE, description text NOT NULL DEFAULT '', definition jsonb NOT NULL,
  cost_factor int NOT NULL DEFAULT 10000 CHECK (cost_factor BETWEEN 100 AND 1000000), active boolean NOT NULL DEFAULT true,
  version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE template_grant (template uuid REFERENCES expert_template ON DELETE CASCADE, account uuid REFERENCES account ON DELETE CASCADE,
  granted_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (template, account));
ALTER TABLE account ADD FOREIGN KEY (template) REFERENCES expert_template ON DELETE SET NULL;
ALTER TABLE api_key ADD FOREIGN KEY (template) REFERENCES expert_template ON DELETE SET NULL;
CREATE TABLE setting (name text PRIMARY KEY, value jsonb NOT NULL, updated_at timestamptz NOT NULL DEFAULT now());
INSERT INTO tier (id, name, is_default) VALUES ('00000000-0000-7000-8000-000000000001', 'Free', true);
`;

const MESSAGES = `
CREATE TABLE notification (
  id uuid PRIMARY KEY, account uuid NOT NULL REFERENCES account, kind text NOT NULL, title text NOT NULL, body text NOT NULL,
  data jsonb NOT NULL DEFAULT '{}', dedupe text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), read_at timestamptz,
  UNIQUE (account, dedupe));
CREATE INDEX notification_account ON notification (account, created_at DESC);
CREATE TABLE announcement (
  id uuid PRIMARY KEY, title text NOT NULL, body text NOT NULL DEFAULT '', level text NOT NULL DEFAULT 'info' CHECK (level IN ('info', 'warning', 'critical')),
  starts_at timestamptz NOT NULL DEFAULT now(), ends_at timestamptz, created_by uuid, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE announcement_dismissal (announcement uuid REFERENCES announcement ON DELETE CASCADE, app_user uuid REFERENCES app_user ON DELETE CASCADE,
  PRIMARY KEY (announcement, app_user));
`;

/**
 * Gateways keep configuration in memory. Every change to it raises `config_version.seq` (which each beat
 * reports, so a lost NOTIFY is noticed within a second) and names the changed row on channel weir_config.
 * The triggers are deferred: the one counter row is locked last, at commit, so that two transactions which
 * change configuration and money limits in different orders cannot deadlock over it.
 */
const CONFIG_CHANGES = `
CREATE TABLE config_version (one boolean PRIMARY KEY DEFAULT true CHECK (one), seq bigint NOT NULL DEFAULT 1);
INSERT INTO config_version DEFAULT VALUES;
CREATE FUNCTION config_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE r jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
  UPDATE config_version SET seq = seq + 1;
  PERFORM pg_notify('weir_config', jsonb_build_object('t', TG_TABLE_NAME, 'id', coalesce(r ->> 'id', r ->> 'owner', r ->> 'version', r ->> 'name'))::text);
  RETURN NULL;
END $$;
DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['api_key', 'provider', 'model', 'endpoint', 'price', 'token_price', 'expert_template', 'allowance_limit', 'tier', 'setting'] LOOP
    EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION config_changed()', t || '_config', t);
  END LOOP;
END $$;
CREATE CONSTRAINT TRIGGER app_user_config AFTER UPDATE OF active, role ON app_user DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.active IS DISTINCT FROM NEW.active) EXECUTE FUNCTION config_changed();
CREATE CONSTRAINT TRIGGER account_config AFTER UPDATE OF tier, template, budget_type ON account DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN ((OLD.tier, OLD.template, OLD.budget_type) IS DISTINCT FROM (NEW.tier, NEW.template, NEW.budget_type)) EXECUTE FUNCTION config_changed();
`;

const GRANTS = `
GRANT SELECT ON ALL TABLES IN SCHEMA public TO weir_app;
GRANT INSERT, UPDATE, DELETE ON app_user, refresh_session, api_key, provider, model, endpoint, tier,
  expert_template, template_grant, setting, notification, announcement, announcement_dismissal, usage_note, alert_rule,
  gateway_pulse, outbox TO weir_app;
GRANT INSERT ON price, token_price TO weir_app;
GRANT UPDATE (name, tier, template) ON account TO weir_app;
`;
