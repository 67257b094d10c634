/** Every named figure of an epoch's life, with its unit and reason. Tests pass smaller ones. */
export interface EpochLimits {
  /** Period of beats. */
  readonly beatMs: number;
  /** TERM: no new hold when the last acknowledged beat was sent longer ago. The sweeper's 17 minutes rely on it. */
  readonly termMs: number;
  /** A day-old epoch is replaced, which bounds its lease and batch rows. */
  readonly rotateMs: number;
  /** Lease rows are read again, for a lost answer may have left a grant unseen. */
  readonly resyncMs: number;
  /** Pause before an epoch that could not be opened is tried again. */
  readonly retryMs: number;
}

/** Production's figures. */
export const EPOCH_LIMITS: EpochLimits = {
  beatMs: 1_000,
  termMs: 60_000,
  rotateMs: 24 * 3_600_000,
  resyncMs: 60_000,
  retryMs: 500,
};
