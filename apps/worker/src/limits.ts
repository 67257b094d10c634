/** Every bound of the worker, with its unit and reason. */
export const LIMITS = {
  /** Cost jobs this process takes at once: what one settlement can merge of small batches. */
  costJobs: 8,
  /** Rows of one settlement transaction: longer ones gain nothing and hold hot locks longer. */
  settleRows: 1_024,
  /** Settlements under way at once: one in PostgreSQL while the next is put together. */
  settlements: 2,
  /** Accounts are named in one NOTIFY for this long, in ms: NOTIFY serialises commits. */
  liveMergeMs: 20,
  /** Bytes of one NOTIFY payload; PostgreSQL refuses 8,000. */
  notifyBytes: 7_500,
  /** Alert jobs at once. */
  budgetJobs: 4,
  /** Exports written at once: each holds a connection and a snapshot. */
  exportJobs: 1,
  /** The outbox is looked at this often in ms, besides after each settlement that crossed a threshold. */
  outboxEveryMs: 5_000,
  /** Outbox rows sent in one transaction. */
  outboxRows: 200,
  /** Ticks of the sweeper are at least this far apart in ms; 102 silent ones release an epoch. */
  sweepEveryMs: 10_000,
  /** Another worker may hold the sweeper's lock: asked for again after this many ms. */
  sweepLockRetryMs: 10_000,
  /** Retention runs once in so many ticks (10 min). */
  retentionTicks: 60,
  /** Tries of a job from the outbox, with waits of 1, 2, 4 … s between them: about 17 min in all. */
  outboxJobAttempts: 11,
  outboxJobBackoffMs: 1_000,
  /** The same fault is told at most this often in ms. */
  warningEveryMs: 10_000,
  /** Connections to PostgreSQL: two settlements, alerts, the outbox, NOTIFY, an export's two and the sweeper's session. */
  connections: 10,
  /** Deadline in ms of one statement of settlement and maintenance; a backlog must not be cut short at 2 s. */
  statementMs: 10_000,
} as const;
