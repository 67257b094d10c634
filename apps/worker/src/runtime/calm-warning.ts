import type { AppLogger } from '@weir/platform';
import { LIMITS } from '../limits.js';

/**
 * Tells of a fault that comes many times a second while PostgreSQL is away: at once, then at most every 10 s with
 * the number of those left out. Only the message is written, for errors of `pg` carry their whole connection.
 */
export function calmWarning(logger: AppLogger, text: string): (error: unknown) => void {
  let quietUntilMs = 0;
  let leftOut = 0;
  return (error) => {
    const nowMs = performance.now();
    if (nowMs < quietUntilMs) {
      leftOut += 1;
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({ reason, leftOut }, text);
    quietUntilMs = nowMs + LIMITS.warningEveryMs;
    leftOut = 0;
  };
}
