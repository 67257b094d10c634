import { addNano, formatMoney, parseMoney, ZERO_NANO, type Nano } from '@weir/units';

const KEEP_MS = 130_000;
const WINDOW_MS = 60_000;

/** First-byte latency of the last two minutes: as the server tells it, or from rows. */
export class LatencyWindow {
  private told: { at: number; p95: number }[] = [];
  private seen: { at: number; ms: number }[] = [];

  /** The server's own 95th percentile at this moment. Milliseconds. */
  setP95(at: number, p95: number): void {
    this.told = [...this.told.filter((entry) => entry.at > at - KEEP_MS), { at, p95 }];
  }

  /** One finished request. Milliseconds. */
  add(at: number, ms: number): void {
    this.seen.push({ at, ms });
    if (this.seen.length > 4000) this.seen = this.seen.filter((entry) => entry.at > at - KEEP_MS);
  }

  /** 95th percentile of the minute that ended at `endMs`, in milliseconds; null = nothing finished. */
  p95(endMs: number): number | null {
    const told = this.told
      .filter((entry) => entry.at <= endMs && entry.at > endMs - WINDOW_MS)
      .at(-1);
    if (told) return told.p95;
    const times = this.seen
      .filter((entry) => entry.at <= endMs && entry.at > endMs - WINDOW_MS)
      .map((entry) => entry.ms)
      .sort((a, b) => a - b);
    return times.length === 0 ? null : (times[Math.ceil(times.length * 0.95) - 1] ?? null);
  }
}

/** Money spent per minute, exact. */
export class SpendWindow {
  private told: { at: number; perMinute: string }[] = [];
  private seen: { at: number; cost: Nano }[] = [];

  /** The server's own figure at this moment: a decimal string. */
  setPerMinute(at: number, perMinute: string): void {
    this.told = [...this.told.filter((entry) => entry.at > at - KEEP_MS), { at, perMinute }];
  }

  /** One finished request's cost, a decimal string. */
  add(at: number, cost: string): void {
    this.seen.push({ at, cost: parseMoney(cost) });
    if (this.seen.length > 4000) this.seen = this.seen.filter((entry) => entry.at > at - KEEP_MS);
  }

  /** Spending of the minute that ended at `endMs`: a decimal string. */
  perMinute(endMs: number): string {
    const told = this.told
      .filter((entry) => entry.at <= endMs && entry.at > endMs - WINDOW_MS)
      .at(-1);
    if (told) return told.perMinute;
    const sum = this.seen
      .filter((entry) => entry.at <= endMs && entry.at > endMs - WINDOW_MS)
      .reduce((total, entry) => addNano(total, entry.cost), ZERO_NANO);
    return formatMoney(sum);
  }
}
