import type { InflightRow } from '@weir/contracts';
import { parseMoney } from '@weir/units';
import { heldByAccount, INFLIGHT_ROWS_MAX, inflightRows } from './pulses.js';
import type { PulseRow } from './live.repository.js';

/** How long a settled request is remembered: longer than any pulse that may still name it. */
const REMEMBERED_MS = 5_000;

/**
 * What running requests of an account hold, for the balance that a settlement announces. A pulse is up to a
 * second older than the settlement, so it still names the very requests that were settled: they are left out,
 * or the last event of a quiet account would show money as held that nothing holds.
 */
export class RunningHolds {
  private rows: readonly InflightRow[] = [];
  private held = new Map<string, bigint>();
  private readonly settled = new Map<string, number>();

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** Takes the newest pulses; answers the running requests in them. */
  update(pulses: readonly PulseRow[]): readonly InflightRow[] {
    this.rows = inflightRows(pulses);
    this.held = heldByAccount(pulses);
    const old = this.nowMs() - REMEMBERED_MS;
    for (const [id, atMs] of this.settled) if (atMs < old) this.settled.delete(id);
    return this.rows;
  }

  /** These requests hold nothing any more, whatever a pulse says. */
  settle(generationIds: readonly string[]): void {
    const now = this.nowMs();
    for (const id of generationIds) this.settled.set(id, now);
  }

  /** Nano held by the account's running requests. */
  ofAccount(accountId: string): bigint {
    // A list that was cut says too little: then the gateways' own sums count.
    if (this.rows.length >= INFLIGHT_ROWS_MAX) return this.held.get(accountId) ?? 0n;
    return this.rows
      .filter((row) => row.account === accountId && !this.settled.has(row.generation_id))
      .reduce((sum, row) => sum + parseMoney(row.held), 0n);
  }
}
