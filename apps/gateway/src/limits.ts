/**
 * Every named maximum of the data plane, with its unit and reason (reliability.md, "Timeouts and limits").
 * Tests pass smaller ones; production uses `GATEWAY_LIMITS` as it stands.
 */
export interface GatewayLimits {
  /** TCP + TLS handshake with an upstream. */
  readonly connectMs: number;
  /** From dispatch to the response's head: one silent provider may not hold a client for ever. */
  readonly firstByteMs: number;
  /** Silence of an upstream in mid-body. */
  readonly idleMs: number;
  /** Longest request, from dispatch; the money path's RELEASE_AFTER relies on it. */
  readonly totalMs: number;
  /** How long an upstream is read on after its client left, to learn the true usage. */
  readonly drainMs: number;
  /** A client that reads nothing for this long is cut. */
  readonly writeIdleMs: number;
  /** Silence of a client in mid-body. */
  readonly bodyIdleMs: number;
  /** No attempt begins later than this after the first. */
  readonly failoverWindowMs: number;
  /** Attempts per request, the first included. */
  readonly attemptsMax: number;
  /** Comment lines keep proxies from cutting a silent stream. */
  readonly keepAliveCommentMs: number;
  /** Period of the one timer that watches all running requests. */
  readonly sweepMs: number;
  /** JSON request body. */
  readonly bodyBytesMax: number;
  /** JSON request body of a model that takes images. */
  readonly visionBodyBytesMax: number;
  /** Bodies above this are parsed in a worker thread: 10 MB cost the event loop 55 ms. */
  readonly offThreadBytes: number;
  /** Not-streamed answers up to this wait for their cost header. */
  readonly heldBackBytesMax: number;
  /** Not-streamed answers above this are cut. */
  readonly answerBytesMax: number;
  /** Bytes of an upstream's error that are read. */
  readonly errorBytesMax: number;
  /** Bytes waiting for one slow client before its upstream is paused. */
  readonly streamBufferBytesMax: number;
  /** Requests running at once in this process; more are shed. */
  readonly inFlightMax: number;
  /** Connections to one endpoint. */
  readonly connectionsPerEndpoint: number;
  /** Warm keys. */
  readonly keysMax: number;
  /** Remembered unknown digests, so that a guesser costs no database round trip. */
  readonly unknownKeysMax: number;
  /** How long an unknown digest is remembered; a new key is usable after it at the latest. */
  readonly unknownKeyMs: number;
  /** How long cached configuration serves while PostgreSQL cannot be asked. Same figure as TERM. */
  readonly staleMs: number;
  /** Period of polling for changes while LISTEN is broken. */
  readonly pollMs: number;
  /** Key look-ups waiting for PostgreSQL at once; more are shed. */
  readonly lookupsMax: number;
  /** Refusal rows per key and second; the rest are counted. */
  readonly refusalsPerSecond: number;
  /** Streams hold this many output tokens at a time. */
  readonly sliceTokens: number;
  /** Fewer affordable output tokens than this are refused. */
  readonly outputTokensMin: number;
  /** Output bound of a request that is not streamed and names none. */
  readonly defaultOutputTokensMax: number;
  /** Output tokens that a request without a bound counts with against tokens per minute, until it ends. */
  readonly outputTokensGuess: number;
  /** Rows of the pulse. */
  readonly pulseRowsMax: number;
  /** Period of the pulse. */
  readonly pulseMs: number;
  /** Event-loop delay p99 above which new requests are shed. */
  readonly loopDelayShedMs: number;
  /** Connections of one address that have not sent a complete request; a proxy we trust may hold any number. */
  readonly incompleteConnectionsPerAddress: number;
  /** Period of looking at connections: slow senders are late by at most this. */
  readonly connectionsCheckMs: number;
  /** From a connection's first byte to the end of a request's head. */
  readonly headMs: number;
  /** From a request's first byte to its last. */
  readonly bodyTotalMs: number;
  /** Idle connections of clients; longer than load balancers' 60 s, so that they close first. */
  readonly keepAliveMs: number;
  /** A request's head. */
  readonly headBytesMax: number;
  /** Headers of a request. */
  readonly headersMax: number;
}

const MB = 1024 * 1024;

/** Production's limits. */
export const GATEWAY_LIMITS: GatewayLimits = {
  connectMs: 5_000,
  firstByteMs: 120_000,
  idleMs: 60_000,
  totalMs: 15 * 60_000,
  drainMs: 30_000,
  writeIdleMs: 60_000,
  bodyIdleMs: 30_000,
  failoverWindowMs: 10_000,
  attemptsMax: 3,
  keepAliveCommentMs: 15_000,
  sweepMs: 250,
  bodyBytesMax: 10 * MB,
  visionBodyBytesMax: 25 * MB,
  offThreadBytes: MB,
  heldBackBytesMax: MB,
  answerBytesMax: 64 * MB,
  errorBytesMax: 64 * 1024,
  streamBufferBytesMax: 256 * 1024,
  inFlightMax: 5_000,
  connectionsPerEndpoint: 5_000,
  keysMax: 50_000,
  unknownKeysMax: 10_000,
  unknownKeyMs: 1_000,
  staleMs: 60_000,
  pollMs: 500,
  lookupsMax: 200,
  refusalsPerSecond: 10,
  sliceTokens: 1_024,
  outputTokensMin: 64,
  defaultOutputTokensMax: 16_384,
  outputTokensGuess: 1_024,
  pulseRowsMax: 200,
  pulseMs: 500,
  loopDelayShedMs: 200,
  incompleteConnectionsPerAddress: 100,
  connectionsCheckMs: 1_000,
  headMs: 10_000,
  bodyTotalMs: 120_000,
  keepAliveMs: 65_000,
  headBytesMax: 16 * 1024,
  headersMax: 100,
};
