import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '@weir/test-kit';
import { formatMoney, nano, parseMoney } from '@weir/units';
import { ConsoleHarness, type Person } from '../testing/console-harness.js';
import { Settlements } from '../testing/settled-requests.js';

describe('usage as a file', () => {
  let harness: ConsoleHarness;
  let person: Person;
  let stranger: Person;
  let key: string;
  let noted: string;

  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    const settlements = new Settlements(harness.sql);
    person = await harness.person();
    stranger = await harness.person();
    const created = await harness.call('POST', '/api/keys', {
      as: person,
      body: { label: '=cmd|calc' },
    });
    key = created.body.id;
    const mine = { account: person.account, key };
    const [first = ''] = await settlements.settle(
      { ...mine, accepted_at: '2026-10-25T00:30:00.000Z', model: 'a,"b"', cost_nano: '1' },
      { ...mine, accepted_at: '2026-10-25T01:30:00.000Z', model: 'm', cost_nano: '123456789' },
    );
    noted = `gen_${first}`;
    await harness.call('PUT', `/user/api/usage/${noted}/note`, {
      as: person,
      body: { note: 'line one\nline two' },
    });
    // More than one batch of 1,000.
    for (let i = 0; i < 5; i++)
      await settlements.settle(
        ...Array.from({ length: 250 }, (_, n) => ({
          ...mine,
          accepted_at: new Date(Date.UTC(2026, 10, 2, i, 0, 0, n)).toISOString(),
          cost_nano: String(1_000 + n),
          ...(n % 50 === 0
            ? { status: 'upstream_timeout', http_status: 504, cost_nano: '0', tokens: '0' }
            : {}),
        })),
      );
  });
  afterAll(() => harness.stop());

  const october = 'from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z';
  const november = 'from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z';
  const file = async (query: string, as = person) => {
    const response = await fetch(`${harness.url}/api/usage/export?${query}`, {
      headers: { authorization: `Bearer ${as.token}` },
    });
    return { response, text: await response.text() };
  };

  it('is CSV with the documented columns, escaped, in the reader’s zone over a change of clocks', async () => {
    const { response, text } = await file(`format=csv&tz=Europe/Berlin&${october}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="usage-2026-10-01_2026-10-31.csv"',
    );
    const [header, ...lines] = text.split('\r\n');
    expect(header).toBe(
      'timestamp_utc,timestamp_local,generation_id,request_id,endpoint,model,provider,region,key_name,key_prefix,user,template,mode,status,error_type,prompt_tokens,completion_tokens,reasoning_tokens,cache_read_tokens,cache_write_5m_tokens,cache_write_1h_tokens,total_tokens,cost,currency,upstream_cost,cost_factor,price_version,ttft_ms,duration_ms,streamed,cached,carbon_g,energy_wh,carbon_method,note',
    );
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('2026-10-25T01:30:00.000Z,2026-10-25T02:30:00.000,gen_');
    expect(lines[0]).toContain(",'=cmd|calc,weir-sk-");
    expect(lines[1]).toContain('2026-10-25T00:30:00.000Z,2026-10-25T02:30:00.000,gen_');
    expect(lines[1]).toContain('"a,""b"""');
    expect(lines[1]).toContain(',0.000000001,USD,,1,');
    expect(lines[1]).toContain('"line one\nline two"');
  });

  it('has every row once, and its sum is the total shown', async () => {
    const { text } = await file(`format=ndjson&${november}`);
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { generation_id: string; cost: string });
    expect(rows).toHaveLength(1_250);
    expect(new Set(rows.map((row) => row.generation_id)).size).toBe(1_250);
    const sum = rows.reduce((total, row) => total + parseMoney(row.cost), 0n);
    const summary = await harness.call('GET', `/api/usage/summary?${november}`, { as: person });
    expect(formatMoney(nano(sum))).toBe(summary.body.cost);
  });

  it('respects the filters, as one JSON array', async () => {
    const { text } = await file(`format=json&status=error&${november}`);
    const rows = JSON.parse(text) as { error_type: string; status: number }[];
    expect(rows).toHaveLength(25);
    expect(new Set(rows.map((row) => `${row.status} ${row.error_type}`))).toEqual(
      new Set(['504 upstream_timeout']),
    );
  });

  it('is FOCUS 1.2, whose billed costs sum to the total shown', async () => {
    const { response, text } = await file(`format=focus&${november}`);
    expect(response.headers.get('content-disposition')).toContain('focus-1.2-2026-11-01_');
    const [header = '', ...lines] = text.trimEnd().split('\r\n');
    expect(header).toMatch(/^BilledCost,BillingAccountId,.*,x_CarbonGrams$/);
    const sum = lines.reduce((total, line) => total + parseMoney(line.split(',')[0] ?? ''), 0n);
    const summary = await harness.call('GET', `/api/usage/summary?${november}`, { as: person });
    expect(formatMoney(nano(sum))).toBe(summary.body.cost);
  });

  it('shows a stranger neither rows nor notes', async () => {
    const { text } = await file(`format=json&${october}`, stranger);
    expect(JSON.parse(text)).toEqual([]);
  });

  it.each([
    ['format=xml', 'format'],
    ['format=csv&tz=Mars/Olympus', 'tz'],
    ['format=csv&from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
    ['format=csv&columns=all', 'columns'],
  ])('refuses %s and says what is wrong', async (query, field) => {
    const answer = await harness.call('GET', `/api/usage/export?${query}`, { as: person });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain(field);
  });

  describe('that is long', () => {
    let id: string;

    it('is asked of a worker, at most two at once', async () => {
      await harness.sql.query(
        `INSERT INTO request (id, account, key, epoch, accepted_at, endpoint, dialect, streamed, requested_model, model,
            http_status, status, source, tokens, cost_nano)
         SELECT gen_random_uuid(), $1, $2, $2, timestamptz '2026-09-01' + n * interval '1 second', '/v1/chat/completions',
            'openai', false, 'm', 'm', 200, 'ok', 'reported', 1, 1 FROM generate_series(1, 50001) n`,
        [person.account, key],
      );
      const query = `format=csv&from=2026-09-01T00:00:00Z&to=2026-10-01T00:00:00Z`;
      const answer = await harness.call('GET', `/api/usage/export?${query}`, { as: person });
      expect(answer.status).toBe(202);
      expect(answer.body).toMatchObject({
        state: 'waiting',
        rows: 50_001,
        rows_done: 0,
        file_name: 'usage-2026-09-01_2026-09-30.csv',
        expires_at: null,
      });
      id = answer.body.id;
      const queued = await harness.sql.query(
        `SELECT payload FROM outbox WHERE queue = 'export' AND payload ->> 'export' = $1`,
        [id],
      );
      expect(queued.rows).toEqual([{ payload: { v: 1, export: id } }]);
      expect((await harness.call('GET', `/api/usage/export?${query}`, { as: person })).status).toBe(
        202,
      );
      const third = await harness.call('GET', `/api/usage/export?${query}`, { as: person });
      expect(third.status).toBe(429);
      expect(third.headers.get('retry-after')).toBe('10');
    });

    it('is given to its owner alone, when it is ready, for an hour', async () => {
      const get = (as: Person) => harness.call('GET', `/api/exports/${id}/file`, { as });
      expect((await get(person)).status).toBe(409);
      await harness.sql.query('INSERT INTO export_piece VALUES ($1, 0, $2), ($1, 1, $3)', [
        id,
        ...halves(gzipSync('the,file\r\n')),
      ]);
      await harness.sql.query(
        `UPDATE export_file SET state = 'ready', finished_at = now() WHERE id = $1`,
        [id],
      );
      expect((await get(stranger)).status).toBe(404);
      const response = await fetch(`${harness.url}/api/exports/${id}/file`, {
        headers: { authorization: `Bearer ${person.token}` },
      });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(await response.text()).toBe('the,file\r\n');
      const list = await harness.call('GET', '/api/exports', { as: person });
      expect(list.body.items).toHaveLength(2);
      expect(
        list.body.items.find((one: { id: string }) => one.id === id).expires_at,
      ).not.toBeNull();
      await harness.sql.query(
        `UPDATE export_file SET finished_at = now() - interval '61 minutes' WHERE id = $1`,
        [id],
      );
      expect((await get(person)).status).toBe(404);
      await harness.sql.query('SELECT retention_tick()');
      const kept = await harness.sql.query('SELECT n FROM export_piece WHERE export = $1', [id]);
      expect(kept.rows).toEqual([]);
    });
  });
});

const halves = (bytes: Buffer): [Buffer, Buffer] => [
  bytes.subarray(0, bytes.length >> 1),
  bytes.subarray(bytes.length >> 1),
];
