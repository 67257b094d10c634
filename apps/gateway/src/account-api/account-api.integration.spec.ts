import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MoneyFunctions } from '@weir/data';
import { apiKeyPrefix, createLogger, digestApiKey, loadConfig, makeApiKey } from '@weir/platform';
import { eventually, startTestDatabase, type TestDatabase } from '@weir/test-kit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type RunningGateway } from '../app/create-gateway.js';
import { GatewayConfig } from '../app/gateway-config.js';
import { requestId } from '../money/request-id.js';
import { endRecord } from '../testing/money-harness.js';

let database: TestDatabase;
let owner: pg.Pool;
let gateway: RunningGateway;
let url = '';
let dataDir = '';
let pepper = '';

interface Caller {
  readonly account: string;
  readonly key: string;
  readonly secret: string;
}
let mine: Caller;
let other: Caller;
const epoch = randomUUID();

async function addCaller(credit: bigint): Promise<Caller> {
  const caller = { account: randomUUID(), key: randomUUID(), secret: makeApiKey() };
  const money = new MoneyFunctions(owner);
  await money.accountCreate(caller.account, 'Test');
  await money.credit({
    account: caller.account,
    amountNano: credit,
    what: 'grant',
    ref: caller.account,
  });
  await owner.query(
    `INSERT INTO api_key (id, account, label, prefix, last4, digest) VALUES ($1, $2, 'my key', $3, 'zzzz', $4)`,
    [caller.key, caller.account, apiKeyPrefix(caller.secret), digestApiKey(caller.secret, pepper)],
  );
  return caller;
}

async function addModel(id: string, model: { contextTokens?: number } = {}): Promise<void> {
  const { rows } = await owner.query<{ id: string }>(`SELECT id FROM provider WHERE slug = 'p'`);
  let provider = rows[0]?.id;
  if (provider === undefined) {
    provider = randomUUID();
    await owner.query(
      `INSERT INTO provider (id, slug, name, kind, base_url, region) VALUES ($1, 'p', 'P', 'openai', 'https://p.example/v1', 'eu')`,
      [provider],
    );
  }
  await owner.query(
    `INSERT INTO model (id, name, context_tokens, output_tokens_max) VALUES ($1, $1, $2, 4000)`,
    [id, model.contextTokens ?? 100_000],
  );
  await owner.query(
    `INSERT INTO endpoint (id, provider, model, upstream_model) VALUES ($1, $2, $3, 'up')`,
    [randomUUID(), provider, id],
  );
  await owner.query(
    `INSERT INTO price (model, valid_from, input_nano, output_nano) VALUES ($1, now() - interval '1 hour', 1000000000, 2000000000)`,
    [id],
  );
}

/** Settles one request as a worker would. */
async function settle(caller: Caller, costNano: bigint, over: object = {}): Promise<string> {
  const id = requestId(Date.now());
  const at = new Date().toISOString();
  const row = {
    ...endRecord(costNano, 15n).row,
    id,
    account: caller.account,
    key: caller.key,
    epoch,
    accepted_at: at,
    endpoint: '/v1/chat/completions',
    dialect: 'openai',
    streamed: true,
    requested_model: 'alias',
    model: 'm',
    template: null,
    mode: 'native',
    parent: null,
    template_factor: 10_000,
    client_ip: null,
    user_agent: 'agent/1',
    correlation_id: 'mine-1',
    tokens: '15',
    cost_nano: costNano.toString(),
    absorbed_nano: '0',
    exposure_nano: '0',
    holds: ['0', '0', '0', '0', '0', '0', '0'],
    trace: {
      policy: 'balanced',
      requested_model: 'alias',
      considered: [],
      picked: 'e',
      reason: 'r',
      attempts: [
        { endpoint: 'e1', provider: 'down', started_at: at, ms: 7, outcome: 'status', status: 503 },
        {
          endpoint: 'e',
          provider: 'p',
          started_at: at,
          ms: 30,
          outcome: 'ok',
          status: 200,
          model: 'm',
          usage: { output_tokens: 5 },
          cost: '0.000012345',
        },
      ],
    },
    ...over,
  };
  await new MoneyFunctions(owner).settle([[epoch, BigInt(Date.now())]], [row]);
  return id;
}

beforeAll(async () => {
  database = await startTestDatabase();
  owner = new pg.Pool({ connectionString: database.url, max: 2 });
  // The database is dropped under connections that are just closing.
  owner.on('connect', (client) => client.on('error', () => undefined));
  dataDir = mkdtempSync(join(tmpdir(), 'weir-account-api-'));
  const config = loadConfig(
    {
      DATABASE_URL: database.url,
      WEIR_DATA_DIR: dataDir,
      WEIR_EMBEDDED: '1',
      WEIR_GATEWAY_PORT: '0',
      LOG_LEVEL: 'silent',
    },
    'gateway',
  );
  pepper = config.keyPepper;
  await addModel('m');
  mine = await addCaller(5_000_000_000n);
  other = await addCaller(1_000n);
  await new MoneyFunctions(owner).epochOpen({
    id: epoch,
    journal: randomUUID(),
    slot: '0',
    host: 'test',
  });
  gateway = await createGateway(new GatewayConfig(config), createLogger(config));
  url = `http://127.0.0.1:${String(await gateway.listen())}`;
});
afterAll(async () => {
  await gateway.close();
  await owner.end();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function call(
  path: string,
  caller: Pick<Caller, 'secret'> = mine,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{
  status: number;
  headers: Headers;
  text: string;
  body: ReturnType<typeof JSON.parse>;
}> {
  const response = await fetch(url + path, {
    ...init,
    headers: { authorization: `Bearer ${caller.secret}`, ...init.headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}
const estimate = (body: object, caller = mine) =>
  call('/v1/estimate', caller, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('a key that asks about itself', () => {
  it('learns its limits and use, money exact to the nano', async () => {
    await settle(mine, 1_000_000_001n);
    const money = new MoneyFunctions(owner);
    expect((await call('/v1/key')).body.data).toMatchObject({
      label: 'my key',
      limit: null,
      limit_remaining: null,
      limits: [],
      is_free_tier: true,
    });
    await money.setLimit(mine.key, 4, 9_000_000_000n);
    await money.setLimit(mine.key, 5, 2_000_000_000n);
    const { text, body } = await call('/v1/key');
    expect(text).toContain('"usage" : 1.000000001');
    expect(text).toContain('"limit_remaining" : 0.999999999');
    expect(body.data).toMatchObject({ limit: 2, limit_reset: 'daily', usage_daily: 1.000000001 });
    expect(body.data.limits).toHaveLength(2);
    for (const kind of [4, 5] as const) await money.setLimit(mine.key, kind, null);
  });

  it('learns the account’s credits', async () => {
    const { body } = await call('/v1/credits');
    expect(body).toEqual({ data: { total_credits: 5, total_usage: 1.000000001 } });
  });

  it('learns what was used per day, model and provider, and nothing of others', async () => {
    await settle(other, 7n, { model: 'secret-model' });
    await settle(mine, 3n);
    await settle(mine, 0n, { provider: null, status: 'rate_limit_exceeded', http_status: 429 });
    const { text, body } = await call('/v1/activity');
    expect(text).not.toContain('secret-model');
    const today = new Date().toISOString().slice(0, 10);
    expect(body.data).toEqual([
      expect.objectContaining({
        date: today,
        model: 'm',
        provider_name: 'sandbox',
        requests: 2,
        usage: 1.000000004,
        prompt_tokens: 20,
        completion_tokens: 10,
        reasoning_tokens: 0,
      }),
    ]);
    expect((await call(`/v1/activity?date=${today}`)).body.data).toHaveLength(1);
    expect((await call('/v1/activity?date=2020-01-01')).body.data).toEqual([]);
    for (const bad of ['2026-13-01', 'today', "2026-01-01'"])
      expect((await call(`/v1/activity?date=${encodeURIComponent(bad)}`)).status).toBe(400);
  });
});

describe('a generation', () => {
  it('tells everything of a settled request, its attempts and its routing', async () => {
    const id = await settle(mine, 12_345n);
    const { body, headers } = await call(`/v1/generation?id=gen_${id}`);
    expect(headers.get('x-request-id')).toBe(headers.get('request-id'));
    expect(body.data).toMatchObject({
      id: `gen_${id}`,
      request_id: 'mine-1',
      requested_model: 'alias',
      model: 'm',
      provider_name: 'sandbox',
      streamed: true,
      cancelled: false,
      status: 'ok',
      latency: 12,
      generation_time: 18,
      tokens_prompt: 10,
      tokens_completion: 5,
      native_tokens_cached: 0,
      total_cost: 0.000012345,
      finish_reason: 'stop',
      api_type: 'completions',
      user_agent: 'agent/1',
      provider_responses: [
        { provider_name: 'down', status: 503, latency: 7, usage: null, cost: null },
        {
          provider_name: 'p',
          model: 'm',
          status: 200,
          usage: { output_tokens: 5 },
          cost: 0.000012345,
        },
      ],
      routing: { policy: 'balanced', picked: 'e' },
    });
  });

  it('of another account does not exist', async () => {
    const id = await settle(other, 1n);
    expect((await call(`/v1/generation?id=gen_${id}`, other)).status).toBe(200);
    const theirs = await call(`/v1/generation?id=gen_${id}`);
    expect(theirs.status).toBe(404);
    expect(theirs.text).not.toContain('agent/1');
  });

  it('that is young and unknown is to be asked for again, an old one is not', async () => {
    const young = await call(`/v1/generation?id=gen_${requestId(Date.now())}`);
    expect([
      young.status,
      young.headers.get('retry-after'),
      young.headers.get('x-should-retry'),
    ]).toEqual([404, '1', 'true']);
    const old = await call(`/v1/generation?id=gen_${requestId(Date.now() - 3_600_000)}`);
    expect([old.status, old.headers.get('retry-after')]).toEqual([404, null]);
    for (const bad of ['', '?id=x', '?id=gen_1&id=gen_2'])
      expect((await call(`/v1/generation${bad}`)).body.error.param).toBe('id');
  });
});

describe('an estimate', () => {
  const chat = { model: 'm', messages: [{ role: 'user', content: 'hello there' }] };

  it('tells the least, the expected and the most a request can cost, and holds nothing', async () => {
    const { status, body } = await estimate({ ...chat, max_tokens: 100 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      model: 'm',
      provider: 'p',
      region: 'eu',
      currency: 'USD',
      would_be_refused: null,
    });
    const tokens: number = body.input_tokens;
    expect(tokens).toBeGreaterThan(2);
    // The account's own mean of 5 output tokens, 1.00 and 2.00 per million.
    expect(body.output_tokens).toEqual({ least: 1, expected: 5, most: 100 });
    expect(Number(body.cost.expected)).toBeCloseTo((tokens + 10) / 1e6, 8);
    expect(Number(body.cost.most)).toBeCloseTo((tokens + 200) / 1e6, 8);
    expect(Number(body.cost.least)).toBeLessThan(Number(body.cost.expected));
    const { rows } = await owner.query(
      'SELECT sum(leased)::int AS leased FROM allowance WHERE owner = $1',
      [mine.account],
    );
    expect(rows).toEqual([{ leased: 0 }]);
    const { rows: requests } = await owner.query(
      `SELECT 1 FROM request WHERE requested_model = 'm'`,
    );
    expect(requests).toEqual([]);
  });

  it('names the limit that would refuse: the balance, a token budget, the key’s cap', async () => {
    const money = new MoneyFunctions(owner);
    const poor = (await estimate({ ...chat, max_tokens: 4000 }, other)).body.would_be_refused;
    expect(poor).toMatchObject({
      code: 'insufficient_balance',
      scope: 'balance',
      limit: '0.000001',
    });
    await money.setLimit(mine.account, 1, 60n);
    await eventually(async () => {
      expect((await estimate({ ...chat, max_tokens: 4000 })).body.would_be_refused).toMatchObject({
        code: 'budget_exceeded',
        scope: 'tokens_daily',
        limit: 60,
      });
    });
    await money.setLimit(mine.account, 1, null);
    await money.setLimit(mine.key, 6, 1_000_000_100n);
    await eventually(async () => {
      expect((await estimate({ ...chat, max_tokens: 4000 })).body.would_be_refused).toMatchObject({
        code: 'api_key_quota_exhausted',
        scope: 'key_spend_monthly',
      });
    });
    await money.setLimit(mine.key, 6, null);
  });

  it('refuses what the request itself would be refused for', async () => {
    expect((await estimate({ ...chat, model: 'none' })).status).toBe(404);
    expect((await estimate({ ...chat, messages: 'x' })).body.error.code).toBe(
      'invalid_request_error',
    );
    const broken = await call('/v1/estimate', mine, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"model":',
    });
    expect([broken.status, broken.body.error.code]).toEqual([400, 'invalid_request_error']);
    const text = await call('/v1/estimate', mine, { method: 'POST', body: 'hello' });
    expect([text.status, text.body.error.code]).toEqual([415, 'unsupported_media_type']);
    const huge = await call('/v1/estimate', mine, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: ' '.repeat(2 * 1024 * 1024),
    });
    expect([huge.status, huge.body.error.code]).toEqual([413, 'request_too_large']);
  });
});

describe('the account API', () => {
  it.each(['/v1/key', '/v1/credits', '/v1/activity', '/v1/generation?id=x'])(
    '%s asks for a key as every other path does',
    async (path) => {
      const without = await fetch(url + path);
      expect(without.status).toBe(401);
      expect(await without.json()).toMatchObject({ error: { code: 'api_key_required' } });
      expect(without.headers.get('x-should-retry')).toBe('false');
      expect((await call(path, { secret: makeApiKey() })).body.error.code).toBe('invalid_api_key');
      const wrong = await call(path, mine, { method: 'DELETE' });
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET']);
    },
  );

  it('obeys the key’s addresses and its revocation', async () => {
    const third = await addCaller(1n);
    expect((await call('/v1/key', third)).status).toBe(200);
    await owner.query(`UPDATE api_key SET ip_deny = '{127.0.0.0/8}' WHERE id = $1`, [third.key]);
    await eventually(async () => {
      expect((await call('/v1/key', third)).body.error?.code).toBe('ip_not_allowed');
    });
    await owner.query(`UPDATE api_key SET revoked_at = now() WHERE id = $1`, [third.key]);
    await eventually(async () => {
      expect((await call('/v1/key', third)).status).toBe(401);
    });
  });
});
