/** Both clocks of a process at one moment: times are arguments here, never read. */
export interface ClockReading {
  /** Monotonic clock, ms; stands still while a virtual machine sleeps. */
  readonly monotonicMs: number;
  /** Wall clock, ms since 1970; may step. */
  readonly wallMs: number;
}

/**
 * Time that may have passed between two readings, ms: the larger of both clocks. A sleeping machine is seen on the
 * wall clock, a wall clock set back on the monotonic one; a wall clock set forward only costs one early beat.
 */
export function elapsedMs(from: ClockReading, to: ClockReading): number {
  return Math.max(to.monotonicMs - from.monotonicMs, to.wallMs - from.wallMs);
}
