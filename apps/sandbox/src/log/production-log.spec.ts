import { describe, expect, it } from 'vitest';
import { LOG_ENTRIES_MAX, LOG_PAGE_MAX, ProductionLog } from './production-log.js';

const entry = {
  id: 'g',
  requestId: null,
  at: '2026-01-01T00:00:00.000Z',
  path: '/openai/v1/chat/completions',
  model: 'sandbox-small',
  credential: 'sandbox-a',
  streamed: false,
  promptTokens: 1,
  cachedTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  images: 0,
  audioSeconds: 0,
  characters: 0,
  searches: 0,
  outputTokens: 1,
  reasoningTokens: 0,
  bytesSent: 1,
  status: 200,
  outcome: 'finished',
} as const;

describe('the production log', () => {
  it('gives entries after a seq, a page at most', () => {
    const log = new ProductionLog(null);
    for (let i = 0; i < LOG_PAGE_MAX + 5; i++) log.add(entry);
    expect(log.since(0)).toHaveLength(LOG_PAGE_MAX);
    expect(log.since(LOG_PAGE_MAX).map((it) => it.seq)).toEqual([
      10_001, 10_002, 10_003, 10_004, 10_005,
    ]);
  });

  it('keeps the newest entries when the ring is full', () => {
    const log = new ProductionLog(null);
    for (let i = 0; i < LOG_ENTRIES_MAX + 3; i++) log.add(entry);
    expect(log.since(0)[0]?.seq).toBe(4);
    expect(log.since(LOG_ENTRIES_MAX + 2)).toHaveLength(1);
  });

  it('forgets on request and counts on', () => {
    const log = new ProductionLog(null);
    log.add(entry);
    log.clear();
    expect(log.since(0)).toEqual([]);
    log.add(entry);
    expect(log.since(0).map((it) => it.seq)).toEqual([2]);
  });
});
