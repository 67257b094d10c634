import { expect, it } from 'vitest';
import { settleRow } from '../testing/settle-row.js';
import { readSettleJob } from './settle-job.js';

const BATCHES = [['01900000-0000-7000-8000-000000000001', '3']];

it('keeps the readable rows of a job that holds an unreadable one', () => {
  const row = settleRow({});
  const job = readSettleJob({ v: 1, batches: BATCHES, rows: [row, { ...row, tokens: 1.5 }] });
  expect(job.rows).toEqual([row]);
  expect(job.batches).toEqual(BATCHES);
  expect(job.unreadable).toHaveLength(1);
  expect(job.unreadable[0]?.reason).toContain('tokens');
});

it('reads rows that come as text, and keeps text that is no row for a person to look at', () => {
  const row = settleRow({});
  const job = readSettleJob({
    v: 2,
    batches: BATCHES,
    rows: [JSON.stringify(row), '{"id":', '[]', JSON.stringify({ ...row, tokens: 1.5 })],
  });
  expect(job.rows).toEqual([row]);
  expect(job.unreadable.map(({ row: kept }) => kept)).toEqual([
    { text: '{"id":' },
    { text: '[]' },
    { ...row, tokens: 1.5 },
  ]);
});

it.each([null, 'text', {}, { v: 3, batches: [], rows: [] }])(
  'turns %j, which is no job at all, into one unreadable row',
  (payload) => {
    const job = readSettleJob(payload);
    expect(job).toMatchObject({ batches: [], rows: [], unreadable: [{ row: { job: payload } }] });
  },
);
