import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it } from 'vitest';
import { DurableTail, type TailSocket } from './durable-tail.js';
import type { StoredEvent } from './live.repository.js';

const ACCOUNT = 'account';

/** An account whose events appear when the test says so, and reads that the test can hold back. */
class FakeEvents {
  newest = 0;
  oldestKept = 1;
  /** Runs when the tail reads events, before they are answered. */
  whileReading: (() => Promise<void>) | null = null;

  async seqOf(): Promise<number> {
    return this.newest;
  }
  async seqs(): Promise<{ account: string; seq: string }[]> {
    return [{ account: ACCOUNT, seq: String(this.newest) }];
  }
  async after(
    positions: readonly { account: string; seq: number }[],
    limit: number,
  ): Promise<StoredEvent[]> {
    const from = Math.max(positions[0]!.seq + 1, this.oldestKept);
    const events: StoredEvent[] = [];
    for (let seq = from; seq <= this.newest && events.length < limit; seq += 1)
      events.push({ account: ACCOUNT, seq: String(seq), type: 'key.changed', payload: {}, at: '' });
    const hook = this.whileReading;
    this.whileReading = null;
    await hook?.();
    return events;
  }
}

describe('the tail of an account’s events', () => {
  let events: FakeEvents;
  let tail: DurableTail<TailSocket>;
  let heard: Map<TailSocket, (number | string)[]>;

  const socket = (since: number | null): TailSocket => {
    const made: TailSocket = { connected: true, data: { accountId: ACCOUNT, since, seq: null } };
    heard.set(made, []);
    return made;
  };
  const happens = (count = 1) => {
    events.newest += count;
    tail.mark([ACCOUNT]);
  };

  beforeEach(() => {
    Logger.overrideLogger(false);
    events = new FakeEvents();
    tail = new DurableTail<TailSocket>(events);
    heard = new Map();
    tail.listen({
      deliver: (to, _event, seq) => heard.get(to)?.push(seq),
      snapshot: (to, seq) => heard.get(to)?.push(`snapshot ${seq}`),
      seen: () => undefined,
    });
  });

  it('replays what a socket missed while the channel moves on under it', async () => {
    const first = socket(null);
    await tail.join(first);
    happens(3);
    await tail.flush();
    const late = socket(1);
    // While the second socket reads events 2 and 3, two more happen and reach the first.
    events.whileReading = async () => {
      happens(2);
      await tail.flush();
    };
    await tail.join(late);
    happens();
    await tail.flush();
    expect(heard.get(first)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(heard.get(late)).toEqual([2, 3, 4, 5, 6]);
  });

  it('repeats nothing to a socket that joined ahead of its channel', async () => {
    const first = socket(null);
    await tail.join(first);
    events.newest = 2;
    const ahead = socket(null);
    await tail.join(ahead);
    await tail.flush();
    happens();
    await tail.flush();
    expect(heard.get(first)).toEqual([1, 2, 3]);
    expect(heard.get(ahead)).toEqual([3]);
  });

  it('asks for a reload when retention removed what is missing', async () => {
    events.newest = 10;
    events.oldestKept = 8;
    const late = socket(3);
    await tail.join(late);
    expect(heard.get(late)).toEqual(['snapshot 10']);
    happens();
    await tail.flush();
    expect(heard.get(late)).toEqual(['snapshot 10', 11]);
  });

  it('goes on reading when more happened than one read takes', async () => {
    const first = socket(null);
    await tail.join(first);
    happens(600);
    for (let i = 0; i < 3; i += 1) await tail.flush();
    expect(heard.get(first)).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
  });

  it('keeps its marks when the database is away', async () => {
    const first = socket(null);
    await tail.join(first);
    happens();
    events.whileReading = () => Promise.reject(new Error('away'));
    await tail.flush();
    await tail.flush();
    expect(heard.get(first)).toEqual([1]);
  });

  it('forgets an account that nobody watches any more', async () => {
    const first = socket(null);
    await tail.join(first);
    tail.leave(first);
    happens();
    await tail.flush();
    expect(tail.idle).toBe(true);
    expect(heard.get(first)).toEqual([]);
  });
});
