/** Every named maximum of the journal, with its unit and reason. Tests pass smaller ones. */
export interface JournalLimits {
  /** A segment is closed at this size: small enough that its last request does not keep much on disk. */
  readonly segmentBytesMax: number;
  /** … or at this age, so that a quiet gateway's records move to done/ too. */
  readonly segmentAgeMs: number;
  /** Unsettled segments together; beyond it new requests are shed (settlement has been away for long). */
  readonly totalBytesMax: number;
  /** Records waiting to be written in one turn of the event loop. */
  readonly bufferBytes: number;
  /** Deleted when the disk is full, so that running requests can still end. */
  readonly ballastBytes: number;
  /** The ballast is made anew when this much is free again. */
  readonly ballastRoomBytes: number;
  /** fdatasync at most this long after a record was written; what a power cut may lose. */
  readonly syncMs: number;
  /** A write that took longer blocked the event loop for everyone. */
  readonly slowWriteMs: number;
  /** A second slow write within this time moves writes to the thread pool … */
  readonly slowAgainMs: number;
  /** … until none was slow for this long. */
  readonly slowHoldMs: number;
  /** A pool write outstanding for longer sheds new requests: they would only queue behind it. */
  readonly stalledMs: number;
  /** Settled segments are kept for a replay after a restore of the database. */
  readonly doneAgeMs: number;
  /** … but no more than this. */
  readonly doneBytesMax: number;
}

const MB = 1024 * 1024;

/** Production's limits. */
export const JOURNAL_LIMITS: JournalLimits = {
  segmentBytesMax: 16 * MB,
  segmentAgeMs: 60_000,
  totalBytesMax: 2048 * MB,
  bufferBytes: 2 * MB,
  ballastBytes: 8 * MB,
  ballastRoomBytes: 64 * MB,
  syncMs: 50,
  slowWriteMs: 50,
  slowAgainMs: 5_000,
  slowHoldMs: 10_000,
  stalledMs: 1_000,
  doneAgeMs: 24 * 3_600_000,
  doneBytesMax: 1024 * MB,
};
