import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '@weir/test-kit';
import { JOURNAL_DISK, type JournalDisk } from './journal-disk.js';
import { Journal, type JournalInput } from './journal.js';
import { JOURNAL_LIMITS } from './limits.js';
import { decodeRecords } from './record-format.js';
import type { Journaled } from './segment.js';
import { lockFreeSlot, lockSlot, type Slot } from './slot.js';

let root: string;
let slot: Slot;
let journals: Journal[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'weir-journal-'));
  slot = lockFreeSlot(root);
  journals = [];
});
afterEach(async () => {
  for (const journal of journals) journal.abandon();
  slot.unlock();
  rmSync(root, { recursive: true, force: true });
});

const small = { ...JOURNAL_LIMITS, ballastBytes: 1024, segmentBytesMax: 400, syncMs: 5 };

function open(input: Partial<JournalInput> = {}): Journal {
  const journal = new Journal({
    slot,
    epoch: randomUUID(),
    sync: 'batch',
    limits: small,
    onFault: () => undefined,
    ...input,
  });
  journals.push(journal);
  return journal;
}

function request(): Journaled {
  return { segment: null, olderSegments: null };
}

function segments(): string[] {
  return readdirSync(slot.folder)
    .filter((name) => name.endsWith('.wj'))
    .sort();
}

function textsIn(name: string): string[] {
  return decodeRecords(readFileSync(join(slot.folder, name))).texts;
}

/** Fills the current segment, so that the next record lies in a new one. */
function fill(journal: Journal): Journaled {
  const filler = request();
  journal.add(filler, JSON.stringify({ t: 'filler', text: 'x'.repeat(400) }));
  void journal.commit();
  return filler;
}

describe('the journal', () => {
  it('has written a record when commit returns', () => {
    const journal = open();
    journal.add(request(), '{"t":"begin","id":"é"}');
    expect(journal.commit()).toBeUndefined();
    const [name] = segments();
    expect(textsIn(name ?? '')[1]).toBe('{"t":"begin","id":"é"}');
  });

  it('moves a segment away when all its requests are settled, in whatever order', async () => {
    const journal = open();
    const stream = request();
    journal.add(stream, '{"t":"begin"}');
    const first = fill(journal);
    const second = fill(journal);
    fill(journal);
    journal.settled(second);
    journal.settled(first);
    await eventually(() => expect(segments()).toHaveLength(2));
    expect(textsIn(segments()[0] ?? '')).toContain('{"t":"begin"}');
    journal.settled(stream);
    await eventually(() => expect(segments()).toHaveLength(1));
    expect(readdirSync(join(slot.folder, 'done'))).toHaveLength(2);
  });

  it('keeps the record of a void request as long as its begin', async () => {
    const journal = open();
    const stream = request();
    const voided = request();
    journal.add(stream, '{"t":"begin","n":1}');
    journal.add(voided, '{"t":"begin","n":2}');
    const filler = fill(journal);
    journal.addVoid(voided, '{"t":"void","n":2}');
    journal.settled(filler);
    const rolled = [fill(journal), fill(journal)];
    for (const each of rolled) journal.settled(each);
    await journal.commit();
    const all = segments().flatMap(textsIn);
    expect(all).toContain('{"t":"begin","n":2}');
    expect(all).toContain('{"t":"void","n":2}');
    journal.settled(stream);
    await eventually(() => expect(segments().flatMap(textsIn)).not.toContain('{"t":"void","n":2}'));
  });

  it('starts a segment of its own for each epoch', () => {
    const journal = open();
    const next = randomUUID();
    journal.startEpoch(next);
    expect(segments().some((name) => name === `${next}-0.wj`)).toBe(true);
  });

  it('leaves no segment behind after a close with everything settled', async () => {
    const journal = open();
    const done = request();
    journal.add(done, '{"t":"begin"}');
    journal.settled(done);
    await journal.close();
    expect(segments()).toEqual([]);
  });

  it('awaits fdatasync before commit resolves in mode always', async () => {
    const order: string[] = [];
    const disk: JournalDisk = {
      ...JOURNAL_DISK,
      sync: async (fd) => {
        await JOURNAL_DISK.sync(fd);
        order.push('synced');
      },
    };
    const journal = open({ sync: 'always', disk, limits: { ...small, syncMs: 60_000 } });
    journal.add(request(), '{"t":"begin"}');
    await journal.commit();
    order.push('committed');
    expect(order).toEqual(['synced', 'committed']);
  });
});

describe('a journal on a bad disk', () => {
  it('lets running requests end on the ballast when the disk is full, and takes no new ones', async () => {
    let full = false;
    const diskFull = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const disk: JournalDisk = {
      ...JOURNAL_DISK,
      writeNow: (fd, bytes, position) => {
        if (full && readdirSync(slot.folder).includes('ballast')) throw diskFull;
        return JOURNAL_DISK.writeNow(fd, bytes, position);
      },
    };
    const journal = open({ disk });
    await eventually(() => expect(readdirSync(slot.folder)).toContain('ballast'));
    full = true;
    journal.add(request(), '{"t":"end"}');
    void journal.commit();
    expect(textsIn(segments()[0] ?? '')).toContain('{"t":"end"}');
    expect(journal.writable).toBe(false);
  });

  it('throws when it can write nothing, leaves no half record, and writes it later as a whole', () => {
    let broken = true;
    const disk: JournalDisk = {
      ...JOURNAL_DISK,
      writeNow: (fd, bytes, position) => {
        if (!broken) return JOURNAL_DISK.writeNow(fd, bytes, position);
        if (bytes.length < 12) throw Object.assign(new Error('broken'), { code: 'EIO' });
        return JOURNAL_DISK.writeNow(fd, bytes.subarray(0, bytes.length - 5), position);
      },
    };
    const journal = open({ disk });
    journal.add(request(), '{"t":"end"}');
    expect(() => journal.commit()).toThrow('broken');
    expect(readFileSync(join(slot.folder, segments()[0] ?? ''))).toHaveLength(0);
    broken = false;
    void journal.commit();
    expect(textsIn(segments()[0] ?? '')).toContain('{"t":"end"}');
  });

  it('takes no new requests for good once fdatasync failed', async () => {
    const disk: JournalDisk = {
      ...JOURNAL_DISK,
      sync: () => Promise.reject(new Error('medium error')),
    };
    const journal = open({ disk });
    expect(journal.writable).toBe(true);
    journal.add(request(), '{"t":"begin"}');
    void journal.commit();
    await eventually(() => expect(journal.writable).toBe(false));
  });

  it('moves writes to the pool after two slow ones and sheds while one of those hangs', async () => {
    let release: () => void = () => undefined;
    const disk: JournalDisk = {
      ...JOURNAL_DISK,
      writeNow: (fd, bytes, position) => {
        const until = performance.now() + 8;
        while (performance.now() < until);
        return JOURNAL_DISK.writeNow(fd, bytes, position);
      },
      writeInPool: async (fd, bytes, position) => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return JOURNAL_DISK.writeInPool(fd, bytes, position);
      },
    };
    const journal = open({ disk, limits: { ...small, slowWriteMs: 5, stalledMs: 5 } });
    for (const n of [0, 1]) {
      journal.add(request(), `{"n":${n}}`);
      expect(journal.commit()).toBeUndefined();
    }
    expect(journal.writable).toBe(true);
    journal.add(request(), '{"n":2}');
    const written = journal.commit();
    expect(written).toBeInstanceOf(Promise);
    await eventually(() => expect(journal.writable).toBe(false));
    release();
    await written;
    expect(journal.writable).toBe(true);
    expect(textsIn(segments()[0] ?? '').slice(1)).toEqual(['{"n":0}', '{"n":1}', '{"n":2}']);
  });
});

describe('a journal slot', () => {
  it('belongs to one owner at a time and keeps its identity', () => {
    expect(lockSlot(root, slot.name)).toBeNull();
    const other = lockFreeSlot(root);
    expect(other.name).toBe('1');
    other.unlock();
    const again = lockSlot(root, '1');
    expect(again?.journalId).toBe(other.journalId);
    again?.unlock();
  });

  it('gets an identity of its own when its folder is copied', () => {
    slot.unlock();
    const copy = join(root, 'copy');
    cpSync(join(root, slot.name), join(copy, '0'), { recursive: true });
    const copied = lockSlot(copy, '0');
    expect(copied?.journalId).not.toBe(slot.journalId);
    copied?.unlock();
  });
});
