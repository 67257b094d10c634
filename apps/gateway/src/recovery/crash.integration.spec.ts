import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestDatabase } from '@weir/test-kit';
import { decodeRecords } from '../journal/record-format.js';
import type { Hold } from '../money/money-path.types.js';
import {
  beginRecord,
  begun,
  endRecord,
  holdOf,
  MoneyHarness,
  substitute,
} from '../testing/money-harness.js';

let harness: MoneyHarness;
beforeAll(async () => {
  harness = MoneyHarness.start(await startTestDatabase());
});
afterAll(async () => {
  await harness.stop();
});

/** A queue that nobody reads. */
const lost = { send: () => Promise.resolve() };
const usage = { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, reasoning: 0 };

function segmentsIn(folder: string): string[] {
  return readdirSync(join(folder, '0')).filter((name) => name.endsWith('.wj'));
}

/** `begin <id>`, `end <id>`, … of a segment. */
function recordsIn(folder: string, name: string): string[] {
  const { texts } = decodeRecords(readFileSync(join(folder, '0', name)));
  return texts.map((text) => {
    const { t, id } = JSON.parse(text) as { t: string; id?: string };
    return `${t} ${id ?? ''}`;
  });
}

describe('a gateway that is killed', () => {
  it('settles what ended exactly, streams by their progress and the rest at nothing, and frees its leases', async () => {
    const folder = harness.folder();
    const owner = await harness.account(1_000n);
    const dead = await harness.path(folder, lost);
    await dead.end(await begun(dead, holdOf(owner, 100n)), endRecord(40n));
    const stream = await begun(dead, holdOf(owner, 100n));
    dead.progress(stream, { ...usage, output: 30 });
    dead.progress(stream, { ...usage, output: 70 });
    const silent = await begun(dead, holdOf(owner, 100n));
    const never = await begun(dead, holdOf(owner, 100n));
    dead.void(never);
    const held = await dead.admit(holdOf(owner, 100n));
    expect(held.admitted).toBe(true);
    // Progress and void are written at the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    dead.abandon();
    expect((await harness.allowance(owner.account)).leased).toBeGreaterThan(0n);

    await harness.path(folder);
    const rows = await harness.requests(owner.account);
    expect(rows).toHaveLength(3);
    expect(rows.find((row) => row['id'] === stream.id)).toMatchObject({
      status: 'gateway_lost',
      source: 'estimated',
      cost: '70',
      tokens: '70',
      exposure: '30',
    });
    expect(rows.find((row) => row['id'] === silent.id)).toMatchObject({
      status: 'gateway_lost',
      source: 'none',
      cost: '0',
      exposure: '100',
    });
    expect(await harness.allowance(owner.account)).toEqual({ used: 110n, leased: 0n });
    expect(await harness.discrepancies()).toEqual([]);
  });

  it('settles a request of a pseudo-model as the model that was tried last', async () => {
    const folder = harness.folder();
    const owner = await harness.account(1_000n);
    const dead = await harness.path(folder, lost);
    const [candidate] = beginRecord().candidates;
    if (candidate === undefined) throw new Error('A begin has a candidate.');
    const begin = {
      ...beginRecord(),
      requestedModel: 'weir/auto',
      model: 'small',
      candidates: [candidate, candidate],
      candidateModels: ['small', 'large'],
    };
    const holds: Hold[] = [];
    for (let i = 0; i < 3; i += 1) {
      const admission = await dead.admit(holdOf(owner, 100n));
      if (!admission.admitted) throw new Error(admission.refusal.code);
      await dead.begin(admission.hold, begin);
      holds.push(admission.hold);
    }
    const [first, second, ended] = holds;
    if (first === undefined || second === undefined || ended === undefined) return;
    dead.attempt(second, 1);
    const record = endRecord(10n);
    await dead.end(ended, { ...record, row: { ...record.row, model: 'large' } });
    await new Promise((resolve) => setImmediate(resolve));
    dead.abandon();
    await harness.path(folder);
    const { rows } = await harness.pool.query<{
      id: string;
      requested_model: string;
      model: string;
    }>('SELECT id, requested_model, model FROM request WHERE account = $1', [owner.account]);
    expect(new Map(rows.map(({ id, model }) => [id, model]))).toEqual(
      new Map([
        [first.id, 'small'],
        [second.id, 'large'],
        [ended.id, 'large'],
      ]),
    );
    expect(new Set(rows.map((row) => row.requested_model))).toEqual(new Set(['weir/auto']));
  });

  it('repeats its recovery without harm when it is killed in the middle of it', async () => {
    const folder = harness.folder();
    const owner = await harness.account(1_000n);
    const dead = await harness.path(folder, lost);
    for (let i = 0; i < 5; i += 1)
      await dead.end(await begun(dead, holdOf(owner, 50n)), endRecord(20n));
    dead.abandon();

    // Settlement happens, but closing the old epoch never does.
    const second = await harness.path(folder, {
      money: substitute(harness.money, (name, call) =>
        name === 'epochClose' ? () => Promise.reject(new Error('killed here')) : call,
      ),
      limits: { money: { recoveryWaitMs: 300 } },
    });
    expect(await harness.allowance(owner.account)).toMatchObject({ used: 100n });
    second.abandon();

    await harness.path(folder);
    expect(await harness.requests(owner.account)).toHaveLength(5);
    expect(await harness.allowance(owner.account)).toEqual({ used: 100n, leased: 0n });
    expect(await harness.discrepancies()).toEqual([]);
  });

  it('is recovered by a neighbour when nobody takes its slot again', async () => {
    const folder = harness.folder();
    const owner = await harness.account(1_000n);
    const survivor = await harness.path(folder, { limits: { money: { orphansMs: 50 } } });
    const dead = await harness.path(folder, lost);
    await dead.end(await begun(dead, holdOf(owner, 50n)), endRecord(20n));
    expect(readdirSync(join(folder, '1')).some((name) => name.endsWith('.wj'))).toBe(true);
    dead.abandon();
    await eventually(async () => {
      expect(await harness.allowance(owner.account)).toEqual({ used: 20n, leased: 0n });
    });
    await eventually(() => {
      expect(readdirSync(join(folder, '1')).some((name) => name.endsWith('.wj'))).toBe(false);
    });
    expect(survivor.ready).toBe(true);
    expect(await harness.discrepancies()).toEqual([]);
  });

  it('does not settle again what was confirmed before, in segments that a long stream keeps', async () => {
    const folder = harness.folder();
    const owner = await harness.account(1_000n);
    // Two begins fill a segment: the first one's end lies in a later segment, which is settled and gone.
    const dead = await harness.path(folder, { limits: { journal: { segmentBytesMax: 1_300 } } });
    const stream = await begun(dead, holdOf(owner, 100n));
    const first = await begun(dead, holdOf(owner, 50n));
    await dead.end(first, endRecord(20n));
    for (let i = 0; i < 3; i += 1) {
      await dead.end(await begun(dead, holdOf(owner, 1n)), endRecord(0n));
    }
    await eventually(() => {
      expect(dead.backlog.unsettled).toBe(0);
      const left = segmentsIn(folder).flatMap((name) => recordsIn(folder, name));
      expect(left).toContain(`begin ${first.id}`);
      expect(left).not.toContain(`end ${first.id}`);
    });
    dead.abandon();
    await harness.path(folder);
    const rows = await harness.requests(owner.account);
    expect(rows.map((row) => row['id']).sort()).toContain(stream.id);
    expect(await harness.allowance(owner.account)).toEqual({ used: 20n, leased: 0n });
    expect(await harness.discrepancies()).toEqual([]);
  });

  it('leaves nothing to recover after a shutdown', async () => {
    const folder = harness.folder();
    const owner = await harness.account(1_000n);
    const path = await harness.path(folder);
    await path.end(await begun(path, holdOf(owner, 50n)), endRecord(20n));
    expect(await path.shutdown()).toBe(true);
    expect(readdirSync(join(folder, '0')).filter((name) => name.endsWith('.wj'))).toEqual([]);
    expect(await harness.allowance(owner.account)).toEqual({ used: 20n, leased: 0n });
    const { rows } = await harness.pool.query(
      "SELECT 1 FROM lease l JOIN gateway_epoch g ON g.id = l.epoch WHERE l.owner = $1 AND g.state = 'open'",
      [owner.account],
    );
    expect(rows).toEqual([]);
    expect(await harness.discrepancies()).toEqual([]);
  });
});
