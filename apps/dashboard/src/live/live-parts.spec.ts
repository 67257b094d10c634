import { describe, expect, it } from 'vitest';
import { indicatorOf, retryInSeconds, type ConnectionFacts } from './indicator';
import { RingBuffer } from './ring-buffer';
import { SeqTracker } from './seq-tracker';
import { TrafficSeconds } from './traffic-seconds';

describe('the sequence of an account', () => {
  it('applies each event once and in order', () => {
    const tracker = new SeqTracker();
    tracker.startAfter(41);
    expect([42, 43, 43, 42, 44].map((seq) => tracker.accept(seq))).toEqual([
      'apply',
      'apply',
      'duplicate',
      'duplicate',
      'apply',
    ]);
    expect(tracker.since).toBe(44);
  });

  it('stops at a hole until the missing part has come', () => {
    const tracker = new SeqTracker();
    tracker.startAfter(10);
    expect(tracker.accept(12)).toBe('gap');
    expect(tracker.since).toBe(10);
    expect([11, 12, 13].map((seq) => tracker.accept(seq))).toEqual(['apply', 'apply', 'apply']);
  });

  it('goes on after a snapshot and never back', () => {
    const tracker = new SeqTracker();
    tracker.startAfter(10);
    tracker.startAfter(2_000);
    tracker.startAfter(500);
    expect(tracker.accept(2_000)).toBe('duplicate');
    expect(tracker.accept(2_001)).toBe('apply');
    expect(tracker.behind(2_002)).toBe(true);
  });

  it('begins with whatever comes first where nothing was known', () => {
    const tracker = new SeqTracker();
    expect(tracker.accept(77)).toBe('apply');
    expect(tracker.accept(79)).toBe('gap');
  });
});

describe('the ring buffer', () => {
  const buffer = (): RingBuffer<{ id: string; at: string }> => new RingBuffer(3, (row) => row.id);
  const row = (id: string): { id: string; at: string } => ({ id, at: id });
  const ids = (ring: RingBuffer<{ id: string; at: string }>): string =>
    ring
      .newestFirst()
      .map((one) => one.id)
      .join('');

  it('keeps the newest rows, newest first', () => {
    const ring = buffer();
    ring.push([row('a'), row('b')]);
    ring.push([row('c'), row('d')]);
    expect(ids(ring)).toBe('dcb');
    expect(ring.size).toBe(3);
  });

  it('shows a row that arrives twice once', () => {
    const ring = buffer();
    ring.push([row('a'), row('b')]);
    expect(ring.push([row('b'), row('c')]).map((one) => one.id)).toEqual(['c']);
    expect(ids(ring)).toBe('cba');
  });

  it('takes a row again that had fallen out', () => {
    const ring = buffer();
    ring.push([row('a'), row('b'), row('c'), row('d')]);
    expect(ring.push([row('a')])).toHaveLength(1);
  });

  it('never changes an array that was handed out', () => {
    const ring = buffer();
    ring.push([row('a')]);
    const shown = ring.newestFirst();
    ring.push([row('b')]);
    expect(shown.map((one) => one.id)).toEqual(['a']);
  });

  it('orders rows of a backfill among live ones', () => {
    const ring = buffer();
    ring.push([row('c')]);
    ring.push([row('a'), row('b')]);
    ring.sortBy((one) => one.at);
    expect(ids(ring)).toBe('cba');
  });
});

describe('the connection indicator', () => {
  const facts = (change: Partial<ConnectionFacts>): ConnectionFacts => ({
    connected: false,
    downSinceMs: 0,
    retryAtMs: null,
    restAnswers: true,
    paused: null,
    ...change,
  });

  it('stays Live through a break shorter than a second', () => {
    expect(indicatorOf(facts({}), 900).state).toBe('live');
    expect(indicatorOf(facts({}), 1_000).state).toBe('reconnecting');
  });

  it('names the seconds until the next try', () => {
    const waiting = facts({ retryAtMs: 6_400 });
    expect(indicatorOf(waiting, 3_000).detail).toBe('Rejoin failed... trying again in 4 seconds.');
    expect(retryInSeconds(waiting, 3_000)).toBe(4);
    expect(indicatorOf(facts({}), 3_000).detail).toBe('Rejoining the server...');
  });

  it('shows the banner after five seconds only', () => {
    expect(indicatorOf(facts({}), 4_999).banner).toBe(false);
    expect(indicatorOf(facts({}), 5_000).banner).toBe(true);
  });

  it('polls after ten seconds while REST answers, and is offline when that fails too', () => {
    expect(indicatorOf(facts({}), 10_000).state).toBe('polling');
    const offline = indicatorOf(facts({ restAnswers: false }), 10_000);
    expect(offline.state).toBe('offline');
    expect(offline.detail).toBe('Failed to rejoin. Please retry or reload the page.');
  });

  it('says when the server paused the session', () => {
    expect(indicatorOf(facts({ paused: 'server' }), 60_000)).toMatchObject({
      state: 'paused',
      detail: 'The session has been paused by the server.',
    });
  });
});

describe('traffic by the second', () => {
  it('averages a bucket, the running one over what has passed of it', () => {
    const traffic = new TrafficSeconds();
    for (const second of [10, 11, 12, 13])
      traffic.count(second * 1000, second === 13 ? 503 : 200, 100);
    expect(traffic.buckets(14_000, 2, 2)).toEqual([
      { atMs: 10_000, ok: 1, clientErrors: 0, serverErrors: 0 },
      { atMs: 12_000, ok: 0.5, clientErrors: 0, serverErrors: 0.5 },
    ]);
    traffic.count(14_000, 200, 0);
    traffic.count(15_000, 200, 0);
    expect(traffic.buckets(15_500, 1, 6)).toEqual([
      { atMs: 12_000, ok: 2 / 3, clientErrors: 0, serverErrors: 1 / 3 },
    ]);
  });

  it('knows how much of a span it has seen', () => {
    const traffic = new TrafficSeconds();
    expect(traffic.total(100_000, 60).seconds).toBe(0);
    traffic.startAt(70_000);
    traffic.count(80_000, 429, 5);
    expect(traffic.total(100_000, 60)).toMatchObject({
      seconds: 30,
      requests: 1,
      clientErrors: 1,
      tokens: 5,
    });
  });

  it('forgets what is older than it keeps', () => {
    const traffic = new TrafficSeconds(10);
    for (let second = 0; second < 200; second += 1) traffic.count(second * 1000, 200, 0);
    expect(traffic.total(200_000, 200).requests).toBeLessThanOrEqual(71);
  });
});
