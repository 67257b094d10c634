import type { ClockReading } from '@weir/domain';

/** The clocks of a process; tests pass their own. */
export type Clock = () => ClockReading;

/** Both real clocks at this moment. */
export const processClock: Clock = () => ({
  monotonicMs: performance.now(),
  wallMs: Date.now(),
});
