/**
 * Every named maximum of the control plane, with its unit and reason. A feature that needs another one adds
 * it here, so that an operator finds all of them in one place.
 */
export const CONSOLE_LIMITS = {
  /** JSON body of the API, bytes: the largest is a template import of 20 prompts. */
  bodyBytesMax: 4 * 1024 * 1024,
  /** Rows of a list per page. */
  pageRowsMax: 1_000,
  /** Days a list of single rows may span: beyond it a filter would scan cold history. */
  rowListDaysMax: 92,
  /** Days a rollup view may span. */
  rollupDaysMax: 400,
  /** Rows of an export that is written while its reader waits; a longer one is made by a worker (decisions §13). */
  exportRowsNow: 50_000,
  /** Exports of one user at once (E-X5). */
  exportsPerUser: 2,
  /** Connections of exports: as many files are on their way at once. */
  exportsMax: 4,
  /** Milliseconds a statement may run (E-Q2). */
  statementMs: 5_000,

  /** Connections of the REST pool. */
  poolConnections: 12,
  /** Seconds an access token lives (E-A4). */
  accessTokenSeconds: 600,
  /** Days a refresh token lives; each use starts a new period. */
  refreshTokenDays: 30,
  /** Milliseconds in which the second tab of a browser may present the token that the first one rotated (E-A5). */
  refreshRaceMs: 10_000,
  /** Accounts and addresses whose failed sign-ins are remembered; the oldest are forgotten first. */
  throttleEntriesMax: 100_000,
  /** Milliseconds after which a gateway's pulse no longer counts. */
  pulseFreshMs: 3_000,
  /** Active keys of one account. */
  keysPerAccountMax: 1_000,
} as const;

/** Limits of namespace `/live` (E-T5, decisions §10). */
export const LIVE_LIMITS = {
  /** Bytes of one message of a client. */
  messageBytesMax: 1_024,
  /** Bytes of one engine frame; a longer one closes the connection. */
  frameBytesMax: 16 * 1_024,
  /** Messages of one socket per second; a faster one is disconnected. */
  messagesPerSecondMax: 20,
  /** Sockets of one user. */
  socketsPerUserMax: 10,
  /** Sockets of one console. */
  socketsMax: 2_000,
  /** Durable events replayed after a reconnect; older ones need a reload by REST. */
  replayEventsMax: 1_000,
  /** Bytes that may wait for one slow socket before it is cut: it reconnects and replays. */
  bufferBytesMax: 1024 * 1024,
  /** Period of one flush: at most ten frames a second and kind reach a socket. */
  flushMs: 100,
  /** Period of the safety net for a lost NOTIFY. */
  pollMs: 1_000,
  /** Period of `inflight.updated`: at most two a second. */
  inflightMs: 500,
  /** Period of `stats.tick`. */
  tickMs: 1_000,
  /** Rows a second that operators get; the rest is counted in `left_out`. */
  feedRowsPerSecondMax: 200,
  /** Period of the check that sessions behind sockets are still good: a disabled user is cut within 5 s (E-A8). */
  sessionCheckMs: 2_000,
  /** Milliseconds a socket may stay without a successful authentication. */
  handshakeMs: 5_000,
} as const;
