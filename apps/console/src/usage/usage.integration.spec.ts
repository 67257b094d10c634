import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '@weir/test-kit';
import { usageByKey, usageByModel, usageDaily, usageSummary } from '@weir/contracts';
import { nano, parseMoney, sumNano, formatMoney } from '@weir/units';
import { ConsoleHarness, type Person } from '../testing/console-harness.js';
import { Settlements } from '../testing/settled-requests.js';

interface Day {
  date: string;
  requests: number;
  cost: string;
}

describe('usage', () => {
  let harness: ConsoleHarness;
  let person: Person;
  let key: string;
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    person = await harness.person();
    key = (await harness.call('POST', '/api/keys', { as: person, body: { label: 'mine' } })).body
      .id;
    const mine = { account: person.account, key };
    const rows = Array.from({ length: 5 * 24 * 4 }, (_, i) => ({
      ...mine,
      // Every quarter of an hour of five days around the end of summer time in Europe.
      accepted_at: new Date(Date.parse('2026-10-23T00:00:00Z') + i * 900_000).toISOString(),
      cost_nano: String(1_000 + i),
      model: i % 3 === 0 ? 'dear' : 'cheap',
      ...(i % 10 === 0 ? { status: 'upstream_unavailable', http_status: 502 } : {}),
    }));
    const settlements = new Settlements(harness.sql);
    for (let i = 0; i < rows.length; i += 240) await settlements.settle(...rows.slice(i, i + 240));
    await settlements.settle({
      ...mine,
      accepted_at: '2026-10-24T10:00:00Z',
      status: 'insufficient_balance',
      http_status: 402,
      cost_nano: '0',
      tokens: '0',
      input_tokens: null,
      output_tokens: null,
    });
  });
  afterAll(() => harness.stop());

  const get = async (path: string) => {
    const answer = await harness.call('GET', path, { as: person });
    expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
    return answer.body;
  };
  const RANGE = 'from=2026-10-23T00:00:00Z&to=2026-10-28T00:00:00Z';

  it('sums the range: failures count, refusals do not', async () => {
    const summary = await get(`/api/usage/summary?${RANGE}`);
    usageSummary.parse(summary);
    const cost = formatMoney(
      nano(Array.from({ length: 480 }, (_, i) => BigInt(1_000 + i)).reduce((a, b) => a + b, 0n)),
    );
    expect(summary).toMatchObject({
      requests: 480,
      successful_requests: 432,
      failed_requests: 48,
      input_tokens: 48_000,
      output_tokens: 24_000,
      total_tokens: 72_000,
      effective_tokens: 72_000,
      cost,
    });
  });

  it.each([
    'UTC',
    'Europe/Berlin',
    'America/St_Johns',
    'Asia/Kathmandu',
    'Pacific/Kiritimati',
    'Australia/Lord_Howe',
  ])('adds the days of %s up to the range, empty days included', async (tz) => {
    const daily = await get(`/api/usage/daily?tz=${tz}&${RANGE}`);
    usageDaily.parse(daily);
    const summary = await get(`/api/usage/summary?${RANGE}`);
    const days: Day[] = daily.days;
    expect(days.reduce((sum, day) => sum + day.requests, 0)).toBe(summary.requests);
    expect(formatMoney(sumNano(days.map((day) => parseMoney(day.cost))))).toBe(summary.cost);
    for (let i = 1; i < days.length; i += 1)
      expect(Date.parse(days[i]!.date) - Date.parse(days[i - 1]!.date)).toBe(86_400_000);
  });

  it('makes the day on which summer time ends 25 hours long', async () => {
    const { days } = await get(`/api/usage/daily?tz=Europe/Berlin&${RANGE}`);
    expect(days.find((day: Day) => day.date === '2026-10-25').requests).toBe(25 * 4);
    expect(days.find((day: Day) => day.date === '2026-10-24').requests).toBe(24 * 4);
  });

  it('groups by model and by key, dearest first, with the same total', async () => {
    const models = await get(`/api/usage/models?${RANGE}`);
    usageByModel.parse(models);
    expect(models.models.map((one: { model: string }) => one.model)).toEqual(['cheap', 'dear']);
    const keys = await get(`/api/usage/keys?${RANGE}`);
    usageByKey.parse(keys);
    expect(keys.keys[0].key).toMatchObject({ id: key, label: 'mine' });
    expect(keys.keys[0].requests).toBe(480);
  });

  it('filters every view alike', async () => {
    for (const [filter, requests] of [
      ['model=dear', 160],
      ['status=ok', 432],
      ['status=5xx', 48],
      ['status=error', 48],
      [`key=${key}`, 480],
      ['mode=native', 480],
      ['provider=none', 0],
      ['endpoint=/v1/embeddings', 0],
    ] as const) {
      expect((await get(`/api/usage/summary?${RANGE}&${filter}`)).requests, filter).toBe(requests);
      const { days } = await get(`/api/usage/daily?${RANGE}&${filter}`);
      expect(
        days.reduce((sum: number, day: Day) => sum + day.requests, 0),
        filter,
      ).toBe(requests);
    }
  });

  it.each([
    'tz=Mars/Base',
    'tz=+02:00',
    "tz=UTC'; --",
    'from=yesterday',
    'from=2020-01-01T00:00:00Z',
    'from=2026-10-28T00:00:00Z&to=2026-10-23T00:00:00Z',
    'sort=cost',
  ])('refuses %s', async (query) => {
    expect(
      (await harness.call('GET', `/api/usage/daily?${query.replace('+', '%2B')}`, { as: person }))
        .status,
    ).toBe(422);
  });

  it('counts a lifetime without refusals', async () => {
    expect((await get('/api/me')).lifetime_requests).toBe(480);
  });
});
