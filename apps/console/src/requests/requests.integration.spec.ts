import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '@weir/test-kit';
import { requestDetail, requestPage } from '@weir/contracts';
import { nano, parseMoney, sumNano } from '@weir/units';
import { ConsoleHarness, type Person } from '../testing/console-harness.js';
import { Settlements } from '../testing/settled-requests.js';

describe('transaction records', () => {
  let harness: ConsoleHarness;
  let person: Person;
  let key: string;
  let settlements: Settlements;
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    settlements = new Settlements(harness.sql);
    person = await harness.person();
    key = (await harness.call('POST', '/api/keys', { as: person, body: { label: 'mine' } })).body
      .id;
    const mine = { account: person.account, key };
    const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
    await settlements.settle(
      { ...mine, accepted_at: at(1), model: 'a' },
      {
        ...mine,
        accepted_at: at(2),
        model: 'b',
        status: 'upstream_timeout',
        http_status: 504,
        cost_nano: '0',
        tokens: '0',
      },
      {
        ...mine,
        accepted_at: at(3),
        model: 'a',
        status: 'insufficient_balance',
        http_status: 402,
        cost_nano: '0',
        tokens: '0',
        source: 'none',
        input_tokens: null,
        output_tokens: null,
      },
      {
        ...mine,
        accepted_at: at(4),
        model: '100%_sure',
        endpoint: '/v1/embeddings',
        mode: 'moe_reasoning',
      },
      { ...mine, accepted_at: at(5), model: 'a', parent: '0199d6b2-0000-7000-8000-000000000001' },
    );
  });
  afterAll(() => harness.stop());

  const models = async (query: string): Promise<string[]> => {
    const { status, body } = await harness.call('GET', `/api/requests?${query}`, { as: person });
    expect(status).toBe(200);
    requestPage.parse(body);
    return body.items.map((row: { model: string }) => row.model);
  };

  it('lists newest first, refusals included, children under their parent only', async () => {
    expect(await models('')).toEqual(['a', 'b', 'a', '100%_sure']);
  });

  it.each([
    ['model=a', ['a', 'a']],
    ['status=ok', ['a', '100%_sure']],
    ['status=error', ['b', 'a']],
    ['status=5xx', ['b']],
    ['status=402', ['a']],
    ['status=upstream_timeout', ['b']],
    ['endpoint=/v1/embeddings', ['100%_sure']],
    ['mode=moe_reasoning', ['100%_sure']],
    ['provider=nobody', []],
    ['q=100%25_', ['100%_sure']],
    ['q=%25%25%25', []],
    ['q=___', []],
    ["q=' OR '1'='1", []],
    ["model='; DROP TABLE request; --", []],
  ])('filters by %s', async (query, expected) => {
    expect(await models(query)).toEqual(expected);
  });

  it('walks all pages without gap or repetition, also where instants are equal', async () => {
    const other = await harness.person();
    const otherKey = (await harness.call('POST', '/api/keys', { as: other, body: { label: 'x' } }))
      .body.id;
    const accepted_at = new Date().toISOString();
    const ids = await settlements.settle(
      ...Array.from({ length: 25 }, () => ({ account: other.account, key: otherKey, accepted_at })),
    );
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await harness.call(
        'GET',
        `/api/requests?limit=4${cursor && `&cursor=${cursor}`}`,
        { as: other },
      );
      seen.push(...body.items.map((row: { generation_id: string }) => row.generation_id.slice(4)));
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
    }
    expect(seen).toHaveLength(25);
    expect(new Set(seen)).toEqual(new Set(ids));
  });

  it('says of every attempt what it used and cost', async () => {
    const attempt = {
      endpoint: 'e1',
      provider: 'p',
      started_at: '2026-01-01T00:00:00.000Z',
      ms: 5,
      outcome: 'ok',
      status: 200,
    };
    const trace = {
      policy: 'balanced',
      source: 'default',
      requested_model: 'm',
      considered: [],
      picked: 'e1',
      reason: 'the only candidate',
      attempts: [attempt],
    };
    const bill = { model: 'a', usage: null, cost: '0' };
    const mine = { account: person.account, key, model: 'm' };
    const [one, two] = await settlements.settle(
      { ...mine, trace },
      {
        ...mine,
        trace: {
          ...trace,
          attempts: [
            { ...attempt, ...bill },
            { ...attempt, ...bill },
          ],
        },
      },
    );
    const attemptsOf = async (id: string | undefined) => {
      const { body } = await harness.call('GET', `/api/requests/gen_${id}`, { as: person });
      return requestDetail.parse(body);
    };
    const detail = await attemptsOf(one);
    expect(detail.trace?.attempts).toEqual([
      {
        ...attempt,
        model: 'm',
        usage: {
          input_tokens: detail.input_tokens,
          cache_read_tokens: detail.cache_read_tokens ?? 0,
          cache_write_5m_tokens: detail.cache_write_5m_tokens ?? 0,
          cache_write_1h_tokens: detail.cache_write_1h_tokens ?? 0,
          output_tokens: detail.output_tokens,
          reasoning_tokens: detail.reasoning_tokens ?? 0,
        },
        cost: detail.cost,
      },
    ]);
    expect(detail.cost).not.toBe('0');
    expect((await attemptsOf(two)).trace?.attempts).toMatchObject([bill, bill]);
  });

  it('makes a receipt whose lines sum to the cost to the last nano', async () => {
    const admin = await harness.person('admin');
    await harness.call('POST', '/api/admin/models', { as: admin, body: { id: 'receipt' } });
    const { body: price } = await harness.call('POST', '/api/admin/prices', {
      as: admin,
      body: { model: 'receipt', input: '0.333333333', output: '1.1', request: '0.000001' },
    });
    const usage = {
      input_tokens: 7,
      cache_read_tokens: 11,
      cache_write_5m_tokens: 13,
      cache_write_1h_tokens: 17,
      output_tokens: 19,
    };
    // 7×0.333333333 + 11×0.0333333333 + 13×0.41666666625 + 17×0.666666666 + 19×1.1, each line rounded, + 1000 nano.
    const lines = [2333n, 367n, 5417n, 11333n, 20900n, 1000n];
    const costNano = lines.reduce((sum, line) => sum + line, 0n);
    const mine = {
      account: person.account,
      key,
      model: 'receipt',
      price_version: price.version,
      ...usage,
    };
    const [exact, capped] = await settlements.settle(
      { ...mine, cost_nano: String(costNano) },
      { ...mine, cost_nano: String(costNano - 500n), absorbed_nano: '500' },
    );
    const detail = (await harness.call('GET', `/api/requests/gen_${exact}`, { as: person })).body;
    requestDetail.parse(detail);
    expect(detail.lines.map((line: { class: string }) => line.class)).toEqual([
      'input',
      'cache_read',
      'cache_write_5m',
      'cache_write_1h',
      'output',
      'request',
    ]);
    expect(detail.lines.map((line: { cost: string }) => parseMoney(line.cost))).toEqual(
      lines.map(nano),
    );
    expect(detail).toMatchObject({
      prompt_tokens: 48,
      completion_tokens: 19,
      total_tokens: 67,
      tokens_per_second: 19,
      account: person.account,
    });
    const limited = (await harness.call('GET', `/api/requests/${capped}`, { as: person })).body;
    expect(limited.absorbed).toBe('0.0000005');
    expect(sumNano(limited.lines.map((line: { cost: string }) => parseMoney(line.cost)))).toBe(
      parseMoney(limited.cost),
    );
  });

  it('makes the receipt of a long prompt at the tier it was charged at', async () => {
    const admin = await harness.person('admin');
    await harness.call('POST', '/api/admin/models', { as: admin, body: { id: 'tiered' } });
    const { body: price } = await harness.call('POST', '/api/admin/prices', {
      as: admin,
      body: {
        model: 'tiered',
        input: '3',
        output: '15',
        tiers: [{ above_tokens: 200_000, input: '6', output: '22.5' }],
      },
    });
    const mine = { account: person.account, key, model: 'tiered', price_version: price.version };
    const usage = { input_tokens: 200_001, cache_read_tokens: 0, output_tokens: 1000 };
    const [id] = await settlements.settle({ ...mine, ...usage, cost_nano: '1222506000' });
    const detail = (await harness.call('GET', `/api/requests/gen_${id}`, { as: person })).body;
    expect(detail.lines).toMatchObject([
      { class: 'input', price_per_million: '6', cost: '1.200006' },
      { class: 'output', price_per_million: '22.5', cost: '0.0225' },
    ]);
  });

  it('makes the receipt of an unpriced model from the token price of then', async () => {
    const { rows } = await harness.sql.query(
      `INSERT INTO token_price (price_nano, ledger_rate_nano) VALUES (20000, 1100000000), (90000, 2000000000) RETURNING version`,
    );
    const [id] = await settlements.settle({
      account: person.account,
      key,
      price_version: `-${rows[0].version}`,
      input_tokens: 12,
      output_tokens: 5,
      cost_nano: '374000',
    });
    const detail = (await harness.call('GET', `/api/requests/gen_${id}`, { as: person })).body;
    expect(requestDetail.parse(detail)).toMatchObject({
      price_version: `token-price:${rows[0].version}`,
      lines: [
        { class: 'input', tokens: 12, price_per_million: '22', cost: '0.000264' },
        { class: 'output', tokens: 5, price_per_million: '22', cost: '0.00011' },
      ],
    });
  });

  it('keeps a note of up to 2,000 characters and forgets an empty one', async () => {
    const { body } = await harness.call('GET', '/api/requests?limit=1', { as: person });
    const id = body.items[0].generation_id;
    const note = '<img src=x onerror=alert(1)> ✓'.padEnd(2_000, 'x');
    const put = (value: string) =>
      harness.call('PUT', `/user/api/usage/${id}/note`, { as: person, body: { note: value } });
    expect((await put(note)).body).toEqual({ note });
    expect((await harness.call('GET', `/api/requests/${id}`, { as: person })).body.note).toBe(note);
    expect((await put(`${note}x`)).status).toBe(422);
    expect((await put('')).status).toBe(200);
    expect(
      (await harness.call('GET', `/api/requests/${id}`, { as: person })).body.note,
    ).toBeUndefined();
    await put('again');
    expect(
      (await harness.call('DELETE', `/user/api/usage/${id}/note`, { as: person })).status,
    ).toBe(204);
    expect(
      (await harness.call('GET', `/api/requests/${id}`, { as: person })).body.note,
    ).toBeUndefined();
  });
});
