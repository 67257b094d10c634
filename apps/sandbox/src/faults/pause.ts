import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or returns early when the connection is over. */
export async function pause(ms: number, closed: AbortSignal): Promise<void> {
  if (ms <= 0 || closed.aborted) return;
  try {
    await sleep(ms, undefined, { signal: closed });
  } catch {
    // AbortError: the client left; the caller sees it at its next write.
  }
}
