import { randomUUID } from 'node:crypto';
import type { SettleJob, SettleRow } from '@weir/contracts';
import { writeRow } from './row-text.js';
import { DatabaseCallError } from '@weir/data';
import { eventually } from '@weir/test-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { SETTLEMENT_LIMITS } from './limits.js';
import { Settler, type SettlerInput } from './settler.js';

/** PostgreSQL as settlement sees it. */
class FakeBooks {
  readonly settledBatches = new Set<bigint>();
  readonly rows: string[] = [];
  readonly failed: string[] = [];
  poison: string | null = null;
  down = false;

  async settle(
    batches: readonly (readonly [string, bigint | string])[],
    rows: readonly SettleRow[],
  ) {
    this.check();
    if (rows.some((row) => row.id === this.poison)) {
      throw new DatabaseCallError('value out of range', 'failed', '22003', null);
    }
    for (const row of rows) this.rows.push(row.id);
    for (const [, number] of batches) this.settledBatches.add(BigInt(number));
    return { fresh: rows.length, accounts: ['a'], alerts: 0 };
  }

  async settled(_epoch: string, numbers: readonly bigint[]) {
    this.check();
    return numbers.filter((number) => this.settledBatches.has(number));
  }

  async settlementFail(
    row: Readonly<Record<string, unknown>>,
    _error: string,
    batches: readonly (readonly [string, bigint | string])[],
  ) {
    this.failed.push(String(row['id']));
    for (const [, number] of batches) this.settledBatches.add(BigInt(number));
  }

  private check(): void {
    if (this.down) throw new DatabaseCallError('down', 'failed', null, null);
  }
}

let settler: Settler<string> | null = null;
afterEach(() => settler?.stop());

const quick = {
  ...SETTLEMENT_LIMITS,
  batchMs: 1,
  batchRowsMax: 4,
  askMs: 10,
  askFullMs: 5,
  retryMs: 5,
  sendMs: 50,
};

function start(
  books: FakeBooks,
  more: Partial<SettlerInput<string>> = {},
): { jobs: [string, SettleJob][]; confirmed: string[] } {
  const jobs: [string, SettleJob][] = [];
  const confirmed: string[] = [];
  settler = new Settler(randomUUID(), {
    money: books,
    send: async (job, jobId) => {
      jobs.push([jobId, job]);
    },
    publishLive: () => undefined,
    onConfirmed: (requests) => confirmed.push(...requests),
    onStep: () => undefined,
    onFault: () => undefined,
    limits: quick,
    ...more,
  });
  return { jobs, confirmed };
}

function add(...ids: string[]): void {
  // Only the id matters to batching; the row's other fields are the database's business.
  for (const id of ids) settler?.add(writeRow({ id } as SettleRow), id);
}

function many(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `r${index}`);
}

describe('settlement', () => {
  it('keeps at most 8 unconfirmed batches in the queue, and the rest for later', async () => {
    const books = new FakeBooks();
    const { jobs, confirmed } = start(books);
    add(...many(100));
    await eventually(() => expect(jobs).toHaveLength(8));
    expect(settler?.unconfirmed).toBe(100);
    for (const [, job] of jobs) expect(job.rows).toHaveLength(4);
    books.settledBatches.add(1n);
    await eventually(() => expect(jobs).toHaveLength(9));
    expect(confirmed).toEqual(['r0', 'r1', 'r2', 'r3']);
  });

  it('confirms nothing because the queue took it', async () => {
    const books = new FakeBooks();
    const { jobs, confirmed } = start(books);
    add('r1');
    await eventually(() => expect(jobs).toHaveLength(1));
    await settler?.drain(30);
    expect(confirmed).toEqual([]);
  });

  it('asks for confirmations while rows keep coming', async () => {
    const books = new FakeBooks();
    const { jobs, confirmed } = start(books);
    let id = 0;
    const flood = setInterval(() => {
      for (let i = 0; i < 8; i += 1) add(`f${(id += 1)}`);
      for (const [, job] of jobs)
        for (const [, n] of job.batches) books.settledBatches.add(BigInt(n));
    }, 1);
    await eventually(() => expect(confirmed.length).toBeGreaterThan(200));
    clearInterval(flood);
  });

  it('sends an unconfirmed batch again under a new job id', async () => {
    const books = new FakeBooks();
    const { jobs } = start(books, { limits: { ...quick, resendMs: 20 } });
    add('r1');
    await eventually(() => expect(jobs.length).toBeGreaterThan(2));
    const ids = jobs.map(([id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[1]).toMatch(/-1-2$/);
  });

  it('settles by itself while the queue cannot be reached', async () => {
    const books = new FakeBooks();
    const { confirmed } = start(books, { send: () => Promise.reject(new Error('no queue')) });
    add(...many(30));
    await eventually(() => expect(confirmed).toHaveLength(30));
    expect(books.rows).toHaveLength(30);
  });

  it('settles by itself when nobody works on the queue', async () => {
    const books = new FakeBooks();
    const { confirmed } = start(books, { limits: { ...quick, patienceMs: 30 } });
    add('r1', 'r2');
    await eventually(() => expect(confirmed).toEqual(['r1', 'r2']));
  });

  it('gives up on a queue that does not answer', async () => {
    const books = new FakeBooks();
    const { confirmed } = start(books, { send: () => new Promise(() => undefined) });
    add('r1');
    await eventually(() => expect(confirmed).toEqual(['r1']));
  });

  it('sets the one row aside that PostgreSQL cannot take, and settles the others', async () => {
    const books = new FakeBooks();
    books.poison = 'r2';
    const { confirmed } = start(books, { send: () => Promise.reject(new Error('no queue')) });
    add(...many(4));
    await eventually(() => expect(confirmed).toHaveLength(4));
    expect(books.failed).toEqual(['r2']);
    expect(books.rows.sort()).toEqual(['r0', 'r1', 'r3']);
  });

  it('goes on when PostgreSQL comes back', async () => {
    const books = new FakeBooks();
    books.down = true;
    const { confirmed } = start(books, {
      send: () => Promise.reject(new Error('no queue')),
      limits: { ...quick, directMs: 20 },
    });
    add(...many(10));
    await settler?.drain(40);
    expect(confirmed).toEqual([]);
    books.down = false;
    await eventually(() => expect(confirmed).toHaveLength(10));
    expect(settler?.unconfirmed).toBe(0);
  });

  it('takes no more rows than memory is meant to hold', () => {
    start(new FakeBooks(), { limits: { ...quick, rowsMax: 2 } });
    add('r1');
    expect(settler?.roomy).toBe(true);
    add('r2');
    expect(settler?.roomy).toBe(false);
  });
});
