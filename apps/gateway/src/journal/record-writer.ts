/**
 * Gets records to disk. Everything added in one turn of the event loop goes out in one `writeSync` (about
 * 1.5 µs; a write in the thread pool costs 26), forced at the two points where something must not happen
 * before its record is written: a dispatch, and a client's final byte. fdatasync runs in the pool, one at a
 * time. A write that blocked the event loop moves the next ones to the pool, and new requests are shed while one
 * of those hangs; a full disk is answered with the ballast; a failed fdatasync means that this journal can
 * be trusted no more, and is never tried again.
 */
import type { Ballast } from './ballast.js';
import type { JournalDisk } from './journal-disk.js';
import type { JournalLimits } from './limits.js';
import { encodeRecord, recordBytesMax } from './record-format.js';

/** How the journal is made durable: `always` awaits fdatasync at both points. */
export type JournalSync = 'batch' | 'always';

/** The writer's needs. */
export interface RecordWriterInput {
  readonly limits: JournalLimits;
  readonly mode: JournalSync;
  readonly ballast: Pick<Ballast, 'spent' | 'drop'>;
  readonly disk: JournalDisk;
  readonly onFault: (cause: unknown, what: string) => void;
}

export class RecordWriter {
  /** Whether fdatasync failed once: no new requests until a restart. */
  faulted = false;
  private readonly limits: JournalLimits;
  private readonly mode: JournalSync;
  private readonly ballast: RecordWriterInput['ballast'];
  private readonly disk: JournalDisk;
  private readonly onFault: RecordWriterInput['onFault'];
  private fd = -1;
  private position = 0;
  private buffer: Buffer;
  private length = 0;
  private added = 0;
  private written = 0;
  private synced = 0;
  private slowAtMs = 0;
  private slowUntilMs = 0;
  private poolWrite: Promise<void> | null = null;
  private poolWriteAtMs = 0;
  private syncing: Promise<void> | null = null;
  private flushScheduled = false;
  private retired: number[] = [];

  constructor(input: RecordWriterInput) {
    this.limits = input.limits;
    this.mode = input.mode;
    this.ballast = input.ballast;
    this.disk = input.disk;
    this.onFault = input.onFault;
    this.buffer = Buffer.allocUnsafeSlow(input.limits.bufferBytes);
  }

  /** Whether new requests may begin, as far as this disk is concerned. */
  get writable(): boolean {
    return !this.faulted && !this.ballast.spent && !this.stalled;
  }

  /** Whether nothing waits to be written: only then may the file change. */
  get idle(): boolean {
    return this.length === 0 && this.poolWrite === null;
  }

  /** Whether a write blocked the event loop of late: they go to the pool for a while. */
  private get slow(): boolean {
    return this.slowUntilMs !== 0 && performance.now() < this.slowUntilMs;
  }

  /** Whether the disk is slow at this very moment: new requests would only queue behind it. */
  private get stalled(): boolean {
    if (this.poolWrite === null) return false;
    return performance.now() - this.poolWriteAtMs > this.limits.stalledMs;
  }

  /** From now on records go to `fd`. Call only when idle. */
  target(fd: number): void {
    if (this.fd >= 0) this.retired.push(this.fd);
    this.fd = fd;
    this.position = 0;
  }

  /** Adds a record to what goes out next. Answers the bytes it will take. Throws when neither memory nor disk takes it. */
  add(text: string): number {
    const most = recordBytesMax(text);
    if (this.length + most > this.buffer.length) this.makeRoom(most);
    const bytes = encodeRecord(this.buffer, this.length, text);
    this.length += bytes;
    this.added += bytes;
    return bytes;
  }

  /** Writes soon, together with whatever else this turn adds. */
  commitLater(): void {
    if (this.flushScheduled) return;
    this.flushScheduled = true;
    setImmediate(() => {
      this.flushScheduled = false;
      try {
        this.commit()?.catch(() => undefined);
      } catch {
        // Progress that cannot be written is written with the next record; the disk's state is already known.
      }
    });
  }

  /** Writes what was added. Done on return, or when the promise resolves. Throws or rejects when the disk takes nothing. */
  commit(): Promise<void> | undefined {
    if (this.poolWrite !== null || this.slow) return this.committedInPool(this.added);
    this.writeNow();
    return this.mode === 'always' ? this.syncedTo(this.written) : undefined;
  }

  /** Starts an fdatasync when something was written since the last; called on a timer. */
  syncSoon(): void {
    if (this.faulted || this.written === this.synced || this.syncing !== null) return;
    this.syncOnce().catch(() => undefined);
  }

  /** Writes and syncs everything, then closes the files. */
  async close(): Promise<void> {
    try {
      await this.committedInPool(this.added);
      if (!this.faulted) await this.syncedTo(this.written);
    } finally {
      this.retired.push(this.fd);
      this.closeRetired();
    }
  }

  private makeRoom(bytes: number): void {
    if (this.poolWrite === null) this.writeNow();
    if (this.length + bytes <= this.buffer.length) return;
    if (this.length + bytes > this.limits.bufferBytes * 4)
      throw new Error('the journal takes no more');
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  private writeNow(): void {
    if (this.length === 0) return;
    const startedMs = performance.now();
    this.writeAll(this.buffer, this.length);
    this.length = 0;
    this.noteDuration(performance.now() - startedMs);
  }

  private writeAll(bytes: Buffer, length: number): void {
    let done = 0;
    while (done < length) {
      try {
        const rest = bytes.subarray(done, length);
        done += this.disk.writeNow(this.fd, rest, this.position + done);
      } catch (error) {
        if (isDiskFull(error) && this.ballast.drop()) continue;
        this.cutBack();
        this.onFault(error, 'the journal cannot be written');
        throw error;
      }
    }
    this.position += length;
    this.written += length;
  }

  /** Takes a half-written record away again: it is tried as a whole later. */
  private cutBack(): void {
    try {
      this.disk.cut(this.fd, this.position);
    } catch {
      // The half record stays; the reader steps over it.
    }
  }

  /** One slow write may be the scheduler's doing; a second one soon after is the disk's. */
  private noteDuration(ms: number): void {
    if (ms <= this.limits.slowWriteMs) return;
    const nowMs = performance.now();
    const again = this.slowAtMs !== 0 && nowMs - this.slowAtMs < this.limits.slowAgainMs;
    this.slowAtMs = nowMs;
    if (!again) return;
    if (!this.slow) {
      const error = new Error(`a journal write took ${Math.round(ms)} ms`);
      this.onFault(error, 'the journal disk is slow; writing in the pool');
    }
    this.slowUntilMs = nowMs + this.limits.slowHoldMs;
  }

  private async committedInPool(goal: number): Promise<void> {
    while (this.written < goal) {
      this.poolWrite ??= this.writeOnceInPool().finally(() => {
        this.poolWrite = null;
      });
      await this.poolWrite;
    }
    if (this.mode === 'always') await this.syncedTo(goal);
  }

  private async writeOnceInPool(): Promise<void> {
    const chunk = this.buffer;
    const length = this.length;
    this.buffer = Buffer.allocUnsafeSlow(this.limits.bufferBytes);
    this.length = 0;
    const startedMs = performance.now();
    this.poolWriteAtMs = startedMs;
    try {
      const whole = chunk.subarray(0, length);
      const bytesWritten = await this.disk.writeInPool(this.fd, whole, this.position);
      if (bytesWritten === length) {
        this.position += length;
        this.written += length;
      } else {
        this.writeAll(chunk, length);
      }
      this.noteDuration(performance.now() - startedMs);
    } catch {
      this.retryNow(chunk, length);
    }
  }

  /** A pool write failed: once more at once, with the ballast's room; failing that, the bytes wait in front of the newer ones. */
  private retryNow(chunk: Buffer, length: number): void {
    try {
      this.writeAll(chunk, length);
    } catch (error) {
      this.buffer = Buffer.concat([
        chunk.subarray(0, length),
        this.buffer.subarray(0, this.length),
      ]);
      this.length = this.buffer.length;
      throw error;
    }
  }

  private async syncedTo(goal: number): Promise<void> {
    while (this.synced < goal) {
      if (this.faulted) throw new Error('the journal disk failed');
      await (this.syncing ?? this.syncOnce());
    }
  }

  private syncOnce(): Promise<void> {
    this.syncing = this.sync().finally(() => {
      this.syncing = null;
    });
    return this.syncing;
  }

  private async sync(): Promise<void> {
    const upTo = this.written;
    const retiring = this.retired.length;
    try {
      for (const fd of this.retired.slice(0, retiring)) await this.disk.sync(fd);
      await this.disk.sync(this.fd);
      this.synced = upTo;
    } catch (error) {
      this.faulted = true;
      this.onFault(error, 'fdatasync of the journal failed');
      throw error;
    } finally {
      this.closeRetired(retiring);
    }
  }

  private closeRetired(count = this.retired.length): void {
    for (const fd of this.retired.splice(0, count)) if (fd >= 0) this.disk.close(fd);
  }
}

function isDiskFull(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOSPC' || error.code === 'EDQUOT')
  );
}
