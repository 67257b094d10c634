import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestDatabase } from '@weir/test-kit';
import { decodeRecords } from '../journal/record-format.js';
import { begun, endRecord, holdOf, MoneyHarness } from '../testing/money-harness.js';

let harness: MoneyHarness;
beforeAll(async () => {
  harness = MoneyHarness.start(await startTestDatabase());
});
afterAll(async () => {
  await harness.stop();
});

/** Kinds of the records on disk at this moment. */
function onDisk(folder: string): string[] {
  const slot = join(folder, '0');
  return readdirSync(slot)
    .filter((name) => name.endsWith('.wj'))
    .flatMap((name) => decodeRecords(readFileSync(join(slot, name))).texts)
    .map((text) => (JSON.parse(text) as { t: string }).t)
    .filter((kind) => kind !== 'open');
}

describe('the failpoints of a request', () => {
  it('stand where their names say: what is on disk and what was sent at each', async () => {
    const folder = harness.folder();
    const owner = await harness.account(1_000n);
    const seen: Record<string, { disk: string[]; sent: number }> = {};
    let sent = 0;
    const path = await harness.path(folder, {
      failpoint: (name) => {
        seen[name] ??= { disk: onDisk(folder), sent };
      },
      send: async (job, jobId) => {
        sent += 1;
        await harness.settleAtOnce(job, jobId);
      },
    });
    const hold = await begun(path, holdOf(owner, 10n));
    await path.end(hold, endRecord(5n));
    await eventually(() => expect(path.backlog.unsettled).toBe(0));
    expect(seen).toEqual({
      FP2: { disk: [], sent: 0 },
      FP3: { disk: ['begin'], sent: 0 },
      FP7: { disk: ['begin', 'end'], sent: 0 },
      FP8: { disk: ['begin', 'end'], sent: 0 },
      FP9: { disk: ['begin', 'end'], sent: 0 },
      FP10: { disk: ['begin', 'end'], sent: 1 },
    });
  });
});
