/** Every named maximum of settlement, with its unit and reason. Tests pass smaller ones. */
export interface SettlementLimits {
  /** An ended request waits at most this long for company. */
  readonly batchMs: number;
  /** Rows of one batch (contracts: settleJob). */
  readonly batchRowsMax: number;
  /** Batches in the queue that PostgreSQL has not confirmed; the journal is the buffer, not Redis. */
  readonly inFlightMax: number;
  /** How often confirmations are asked for … */
  readonly askMs: number;
  /** … and how soon when all places in flight are taken. */
  readonly askFullMs: number;
  /** Deadline of handing a batch to the queue. */
  readonly sendMs: number;
  /** An unconfirmed batch is sent again, under a new job id. */
  readonly resendMs: number;
  /** A queue that confirms nothing for this long is passed by: the gateway settles itself. */
  readonly patienceMs: number;
  /** The same once it happened, until the queue confirms something again. */
  readonly shortPatienceMs: number;
  /** How long the gateway settles itself before it tries the queue again. */
  readonly directMs: number;
  /** Pause after PostgreSQL failed. */
  readonly retryMs: number;
  /** Ended and unconfirmed requests in memory; beyond it new requests are shed. */
  readonly rowsMax: number;
}

/** Production's limits. */
export const SETTLEMENT_LIMITS: SettlementLimits = {
  batchMs: 20,
  batchRowsMax: 256,
  inFlightMax: 8,
  askMs: 1_000,
  askFullMs: 25,
  sendMs: 2_000,
  resendMs: 15_000,
  patienceMs: 30_000,
  shortPatienceMs: 2_000,
  directMs: 15_000,
  retryMs: 500,
  rowsMax: 50_000,
};
