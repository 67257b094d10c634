/** What the connection is doing, told from facts; decisions §10 names the five states. */
export type IndicatorState = 'live' | 'reconnecting' | 'polling' | 'offline' | 'paused';

/** Facts the indicator is computed from. Times are milliseconds of one monotonic clock. */
export interface ConnectionFacts {
  readonly connected: boolean;
  /** When the socket was lost (or first tried); null while connected. */
  readonly downSinceMs: number | null;
  /** When the next attempt to connect is due; null while one is running. */
  readonly retryAtMs: number | null;
  /** Whether the last REST answer came through. */
  readonly restAnswers: boolean;
  /** Why the stream rests, or null. */
  readonly paused: 'server' | 'hidden' | 'failed' | null;
}

/** State and its texts; `banner` is set only after five seconds without a connection. */
export interface Indicator {
  readonly state: IndicatorState;
  readonly label: string;
  readonly detail: string;
  readonly banner: boolean;
}

const POLLING_AFTER_MS = 10_000;
const SHOWN_AFTER_MS = 1_000;
const BANNER_AFTER_MS = 5_000;

const PAUSED_TEXTS = {
  server: 'The session has been paused by the server.',
  hidden: 'Paused while this tab was hidden. Click to resume.',
  failed: 'Failed to resume the session. Please reload the page.',
} as const;

/** The indicator at `nowMs`. */
export function indicatorOf(facts: ConnectionFacts, nowMs: number): Indicator {
  if (facts.paused) {
    return { state: 'paused', label: 'Paused', detail: PAUSED_TEXTS[facts.paused], banner: false };
  }
  const downMs = facts.downSinceMs === null ? 0 : nowMs - facts.downSinceMs;
  if (facts.connected || downMs < SHOWN_AFTER_MS) {
    return {
      state: 'live',
      label: 'Live',
      detail: 'Changes arrive as they happen.',
      banner: false,
    };
  }
  const banner = downMs >= BANNER_AFTER_MS;
  if (downMs < POLLING_AFTER_MS) {
    const detail =
      facts.retryAtMs === null || facts.retryAtMs <= nowMs
        ? 'Rejoining the server...'
        : `Rejoin failed... trying again in ${Math.ceil((facts.retryAtMs - nowMs) / 1000)} seconds.`;
    return { state: 'reconnecting', label: 'Reconnecting…', detail, banner };
  }
  if (facts.restAnswers) {
    return {
      state: 'polling',
      label: 'Polling',
      detail: 'The live connection is down; figures are read every 30 seconds.',
      banner,
    };
  }
  return {
    state: 'offline',
    label: 'Offline',
    detail: 'Failed to rejoin. Please retry or reload the page.',
    banner,
  };
}

/** Seconds until the next attempt, for "Retrying in 4 s"; null while one is running. */
export function retryInSeconds(facts: ConnectionFacts, nowMs: number): number | null {
  if (facts.retryAtMs === null || facts.retryAtMs <= nowMs) return null;
  return Math.ceil((facts.retryAtMs - nowMs) / 1000);
}
