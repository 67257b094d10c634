import type { RequestRow } from '@weir/contracts';
import { LIVE_LIMITS } from '../limits.js';

/** A row with whose it is: metadata only, never a prompt (E-T6). */
export type FeedRow = RequestRow & { account: string; user?: string };

/**
 * Collects settled rows for operators: at most 200 a second go out, in batches of a tenth of a second; the rest
 * is only counted, for nobody reads more and a busy gateway must not drown its operators.
 */
export class OperatorFeed {
  private rows: FeedRow[] = [];
  private leftOut = 0;
  private windowStartMs = 0;
  private takenInWindow = 0;

  constructor(private readonly nowMs: () => number = Date.now) {}

  add(rows: readonly FeedRow[]): void {
    const now = this.nowMs();
    if (now - this.windowStartMs >= 1_000) {
      this.windowStartMs = now;
      this.takenInWindow = 0;
    }
    const room = Math.max(0, LIVE_LIMITS.feedRowsPerSecondMax - this.takenInWindow);
    this.rows.push(...rows.slice(0, room));
    this.takenInWindow += Math.min(room, rows.length);
    this.leftOut += Math.max(0, rows.length - room);
  }

  /** What has gathered since the last call, or null. */
  take(): { rows: FeedRow[]; left_out: number } | null {
    if (this.rows.length === 0 && this.leftOut === 0) return null;
    const batch = { rows: this.rows, left_out: this.leftOut };
    this.rows = [];
    this.leftOut = 0;
    return batch;
  }
}
