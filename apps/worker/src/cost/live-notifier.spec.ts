import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { LiveNotifier, livePayloads } from './live-notifier.js';

it('splits accounts into payloads that PostgreSQL accepts', () => {
  const accounts = Array.from({ length: 500 }, () => randomUUID());
  const payloads = livePayloads(accounts);
  expect(payloads.length).toBe(3);
  expect(Math.max(...payloads.map((payload) => Buffer.byteLength(payload)))).toBeLessThanOrEqual(
    7_500,
  );
  const named = payloads.flatMap((payload) => (JSON.parse(payload) as { a: string[] }).a);
  expect(named).toEqual(accounts);
});

it('names the accounts of 20 ms once and together', async () => {
  vi.useFakeTimers();
  try {
    const sent: string[] = [];
    const notifier = new LiveNotifier(
      (payload) => Promise.resolve(void sent.push(payload)),
      () => undefined,
    );
    notifier.add(['a', 'b']);
    await vi.advanceTimersByTimeAsync(10);
    notifier.add(['b', 'c']);
    await vi.advanceTimersByTimeAsync(9);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toEqual(['{"a":["a","b","c"]}']);
    notifier.add([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

it('goes on after a NOTIFY that failed', async () => {
  const errors: unknown[] = [];
  const notifier = new LiveNotifier(
    () => Promise.reject(new Error('gone')),
    (error) => errors.push(error),
  );
  notifier.add(['a']);
  await notifier.flush();
  notifier.add(['b']);
  await notifier.flush();
  expect(errors).toHaveLength(2);
});
