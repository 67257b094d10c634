import { describe, expect, it } from 'vitest';
import { OperatorFeed, type FeedRow } from './operator-feed.js';

const rows = (count: number): FeedRow[] =>
  Array.from({ length: count }, (_, i) => ({ generation_id: `gen_${i}`, account: 'a' }) as FeedRow);

describe('the operators’ feed', () => {
  it('sends 200 rows a second and counts the rest', () => {
    const clock = { nowMs: 0 };
    const feed = new OperatorFeed(() => clock.nowMs);
    feed.add(rows(150));
    feed.add(rows(150));
    const batch = feed.take();
    expect(batch?.rows).toHaveLength(200);
    expect(batch?.left_out).toBe(100);
    clock.nowMs = 1_000;
    feed.add(rows(150));
    expect(feed.take()?.rows).toHaveLength(150);
  });

  it('has nothing to send when nothing came', () => {
    expect(new OperatorFeed().take()).toBeNull();
  });
});
