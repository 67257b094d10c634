/**
 * Brings ended requests to PostgreSQL: batches of ≤ 20 ms or 256 rows go through the queue to a worker, at
 * most 8 unconfirmed at a time. Only PostgreSQL confirms a batch, never the queue: a job may be lost, kept,
 * repeated. Unconfirmed batches are sent again under a new job id. While the queue cannot be reached, or nobody
 * works on it, the gateway settles itself; settling twice is harmless, for it is idempotent by request id.
 */
import type { SettleJob } from '@weir/contracts';
import type { MoneyFunctions } from '@weir/data';
import type { SettlementLimits } from './limits.js';
import { parseRow, type RowText } from './row-text.js';
import { settleDirectly } from './settle-directly.js';

/** Hands one job to the queue `cost`. */
export type SendJob = (job: SettleJob, jobId: string) => Promise<void>;

/** What settlement needs; `Request` is whatever its caller wants back on confirmation. */
export interface SettlerInput<Request> {
  readonly money: Pick<MoneyFunctions, 'settle' | 'settled' | 'settlementFail'>;
  readonly send: SendJob;
  /** NOTIFY `weir_live` after a direct settlement. */
  readonly publishLive: (accounts: readonly string[]) => void;
  readonly onConfirmed: (requests: readonly Request[]) => void;
  /** Called before a batch is sent and after: failpoints FP9 and FP10. */
  readonly onStep: (step: 'before_send' | 'sent') => void;
  readonly onFault: (cause: unknown, what: string) => void;
  readonly limits: SettlementLimits;
}

interface Batch<Request> {
  readonly epoch: string;
  readonly number: bigint;
  readonly rows: RowText[];
  readonly requests: Request[];
  readonly cutAtMs: number;
  sentAtMs: number;
  sendings: number;
  /** Whether the queue may have it; not so after a failed sending. */
  queued: boolean;
  direct: boolean;
}

export class Settler<Request> {
  private rows: RowText[] = [];
  private requests: Request[] = [];
  private readonly inFlight = new Map<bigint, Batch<Request>>();
  private unconfirmedRows = 0;
  private nextNumber = 1n;
  private cutTimer: NodeJS.Timeout | null = null;
  private askTimer: NodeJS.Timeout | null = null;
  private askAtMs = 0;
  private asking = false;
  private settlingDirectly = false;
  private directUntilMs = 0;
  private patienceMs: number;
  private stopped = false;

  constructor(
    private epoch: string,
    private readonly input: SettlerInput<Request>,
  ) {
    this.patienceMs = input.limits.patienceMs;
    this.scheduleAsk(input.limits.askMs);
  }

  /** Ended requests that PostgreSQL has not confirmed. */
  get unconfirmed(): number {
    return this.unconfirmedRows;
  }

  /** Whether memory takes more rows. */
  get roomy(): boolean {
    return this.unconfirmedRows < this.input.limits.rowsMax;
  }

  /** Batches are numbered under this epoch from now on. */
  startEpoch(epoch: string): void {
    this.epoch = epoch;
  }

  /** Takes an ended request; `end` is already in the journal. */
  add(row: RowText, request: Request): void {
    this.rows.push(row);
    this.requests.push(request);
    this.unconfirmedRows += 1;
    if (this.rows.length >= this.input.limits.batchRowsMax) {
      if (this.inFlight.size < this.input.limits.inFlightMax) this.pump();
    } else this.cutTimer ??= setTimeout(() => this.cut(), this.input.limits.batchMs);
  }

  /** Waits until everything is confirmed, or the deadline (ms from now). Whether all is. */
  async drain(withinMs: number): Promise<boolean> {
    const untilMs = performance.now() + withinMs;
    // At a shutdown there is no time to be patient with a queue nobody works on.
    this.patienceMs = this.input.limits.shortPatienceMs;
    this.scheduleAsk(0);
    while (this.unconfirmedRows > 0 && performance.now() < untilMs) {
      this.pump();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await this.ask();
    }
    return this.unconfirmedRows === 0;
  }

  /** Stops all timers. */
  stop(): void {
    this.stopped = true;
    if (this.cutTimer !== null) clearTimeout(this.cutTimer);
    if (this.askTimer !== null) clearTimeout(this.askTimer);
  }

  private cut(): void {
    this.cutTimer = null;
    this.pump();
  }

  private pump(): void {
    while (this.rows.length > 0 && this.inFlight.size < this.input.limits.inFlightMax) {
      const batch = this.cutBatch();
      this.inFlight.set(batch.number, batch);
      if (this.direct) void this.settleWaiting();
      else void this.send(batch);
    }
    if (this.inFlight.size >= this.input.limits.inFlightMax) {
      this.scheduleAsk(this.input.limits.askFullMs);
    }
  }

  private get direct(): boolean {
    return this.directUntilMs !== 0 && performance.now() < this.directUntilMs;
  }

  private cutBatch(): Batch<Request> {
    const count = this.input.limits.batchRowsMax;
    const whole = this.rows.length <= count;
    const rows = whole ? this.rows : this.rows.slice(0, count);
    const requests = whole ? this.requests : this.requests.slice(0, count);
    this.rows = whole ? [] : this.rows.slice(count);
    this.requests = whole ? [] : this.requests.slice(count);
    const number = this.nextNumber;
    this.nextNumber += 1n;
    const nowMs = performance.now();
    return {
      epoch: this.epoch,
      number,
      rows,
      requests,
      cutAtMs: nowMs,
      sentAtMs: nowMs,
      sendings: 0,
      queued: false,
      direct: false,
    };
  }

  private async send(batch: Batch<Request>): Promise<void> {
    batch.sentAtMs = performance.now();
    batch.sendings += 1;
    batch.queued = true;
    const jobId = `${batch.epoch}-${batch.number}-${batch.sendings}`;
    const job: SettleJob = {
      v: 2,
      batches: [[batch.epoch, batch.number.toString()]],
      rows: batch.rows,
    };
    this.input.onStep('before_send');
    try {
      await withDeadline(this.input.send(job, jobId), this.input.limits.sendMs);
      this.input.onStep('sent');
    } catch (error) {
      batch.queued = false;
      this.input.onFault(error, 'the settlement queue cannot be reached; settling directly');
      this.passQueueBy();
    }
  }

  /** The queue does not answer, or nobody works on it: settle here for a while, then look again. */
  private passQueueBy(): void {
    this.directUntilMs = performance.now() + this.input.limits.directMs;
    this.patienceMs = this.input.limits.shortPatienceMs;
    void this.settleWaiting();
  }

  /** Settles every unconfirmed batch directly, one after the other. */
  private async settleWaiting(): Promise<void> {
    if (this.settlingDirectly) return;
    this.settlingDirectly = true;
    try {
      for (let batch = this.oldest(); batch !== null && !this.stopped; batch = this.oldest()) {
        batch.direct = true;
        const accounts = await settleDirectly(
          this.input.money,
          [[batch.epoch, batch.number]],
          batch.rows.map(parseRow),
        );
        this.confirm(batch);
        // A lost NOTIFY costs a second: readers look by seq.
        this.input.publishLive(accounts);
        this.pump();
      }
    } catch (error) {
      // PostgreSQL cannot be reached either: the rows wait in the journal and here; the next ask tries again.
      this.input.onFault(error, 'no settlement possible; the journal keeps the rows');
    } finally {
      this.settlingDirectly = false;
    }
  }

  private oldest(): Batch<Request> | null {
    for (const batch of this.inFlight.values()) return batch;
    return null;
  }

  private scheduleAsk(inMs: number): void {
    if (this.stopped) return;
    const atMs = performance.now() + inMs;
    if (this.askTimer !== null) {
      // An ask never moves back: rows that keep coming must not put it off.
      if (atMs >= this.askAtMs) return;
      clearTimeout(this.askTimer);
    }
    this.askAtMs = atMs;
    this.askTimer = setTimeout(() => {
      this.askTimer = null;
      void this.ask().finally(() => this.scheduleNextAsk());
    }, inMs);
  }

  private scheduleNextAsk(): void {
    const full = this.inFlight.size >= this.input.limits.inFlightMax;
    this.scheduleAsk(full ? this.input.limits.askFullMs : this.input.limits.askMs);
  }

  /** Asks PostgreSQL which batches are in, and looks after those that are not. */
  private async ask(): Promise<void> {
    if (this.asking || this.inFlight.size === 0) return;
    this.asking = true;
    try {
      for (const [epoch, numbers] of this.numbersByEpoch()) {
        for (const number of await this.input.money.settled(epoch, numbers)) {
          const batch = this.inFlight.get(number);
          if (batch === undefined) continue;
          if (!batch.direct) this.patienceMs = this.input.limits.patienceMs;
          this.confirm(batch);
        }
      }
      this.pump();
      this.lookAfterUnconfirmed();
    } catch {
      // PostgreSQL cannot be asked now: nothing is confirmed, the next second asks again.
      await new Promise((resolve) => setTimeout(resolve, this.input.limits.retryMs));
    } finally {
      this.asking = false;
    }
  }

  private numbersByEpoch(): Map<string, bigint[]> {
    const numbers = new Map<string, bigint[]>();
    for (const { epoch, number } of this.inFlight.values()) {
      const known = numbers.get(epoch);
      if (known === undefined) numbers.set(epoch, [number]);
      else known.push(number);
    }
    return numbers;
  }

  private lookAfterUnconfirmed(): void {
    const oldest = this.oldest();
    if (oldest === null) return;
    const nowMs = performance.now();
    if (this.direct) {
      void this.settleWaiting();
      return;
    }
    if (nowMs - oldest.cutAtMs > this.patienceMs) {
      this.passQueueBy();
      return;
    }
    for (const batch of this.inFlight.values()) {
      const late = nowMs - batch.sentAtMs > this.input.limits.resendMs;
      if (late || !batch.queued) void this.send(batch);
    }
  }

  private confirm(batch: Batch<Request>): void {
    if (!this.inFlight.delete(batch.number)) return;
    this.unconfirmedRows -= batch.rows.length;
    this.input.onConfirmed(batch.requests);
  }
}

/** Rejects when the promise takes too long; what it does then has no more effect here. */
async function withDeadline(promise: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
