/**
 * The append-only file that makes a request survive kill -9: begin → (attempt, progress)* → end, or void. It
 * rolls over segments, counts in each the requests that PostgreSQL has not confirmed, and moves a segment to
 * done/ at zero. Records of one request may lie in several segments; readers merge them by request id.
 */
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { Ballast } from './ballast.js';
import { DoneFolder } from './done-folder.js';
import { JOURNAL_DISK, type JournalDisk } from './journal-disk.js';
import type { JournalLimits } from './limits.js';
import { RecordWriter, type JournalSync } from './record-writer.js';
import { Segment, segmentName, type Journaled } from './segment.js';
import type { Slot } from './slot.js';

/** The journal's needs. */
export interface JournalInput {
  readonly slot: Slot;
  readonly epoch: string;
  readonly sync: JournalSync;
  readonly limits: JournalLimits;
  /** The real one unless a test says otherwise. */
  readonly disk?: JournalDisk;
  /** Disk faults, for the log: never with a record's contents. */
  readonly onFault: (cause: unknown, what: string) => void;
}

/** How often room for the ballast is looked for again. */
const BALLAST_CHECK_MS = 5_000;

export class Journal {
  private readonly writer: RecordWriter;
  private readonly ballast: Ballast;
  private readonly done: DoneFolder;
  private readonly live = new Set<Segment>();
  private readonly timers: NodeJS.Timeout[] = [];
  private current: Segment;
  private number = 0;
  private epoch: string;
  private totalBytes = 0;

  constructor(private readonly input: JournalInput) {
    const { slot, limits } = input;
    this.epoch = input.epoch;
    this.ballast = new Ballast(
      join(slot.folder, 'ballast'),
      slot.folder,
      limits.ballastBytes,
      limits.ballastRoomBytes,
    );
    this.done = new DoneFolder(slot.folder, limits, input.onFault);
    this.writer = new RecordWriter({
      limits,
      mode: input.sync,
      ballast: this.ballast,
      disk: input.disk ?? JOURNAL_DISK,
      onFault: input.onFault,
    });
    this.current = this.openSegment();
    void this.ballast.fill();
    this.timers.push(
      setInterval(() => this.writer.syncSoon(), limits.syncMs).unref(),
      setInterval(() => this.tick(), Math.min(BALLAST_CHECK_MS, limits.segmentAgeMs)).unref(),
    );
  }

  /** Whether new requests may begin. */
  get writable(): boolean {
    return this.writer.writable && this.totalBytes < this.input.limits.totalBytesMax;
  }

  /** Segments that wait for confirmations, the current one included. */
  get liveSegments(): number {
    return this.live.size;
  }

  /** Bytes in them. */
  get liveBytes(): number {
    return this.totalBytes;
  }

  /** Adds a record of a request; it is on disk after the next commit. */
  add(request: Journaled, text: string): void {
    const segment = this.currentSegment();
    this.count(segment, this.writer.add(text));
    if (request.segment === segment) return;
    if (request.segment !== null) (request.olderSegments ??= []).push(request.segment);
    request.segment = segment;
    segment.pending += 1;
  }

  /** Adds `void`: the request costs nothing and leaves no row. It is needed no more, but its begin must not outlive it. */
  addVoid(request: Journaled, text: string): void {
    const segment = this.currentSegment();
    this.count(segment, this.writer.add(text));
    for (const older of segmentsOf(request)) if (older !== segment) older.keep(segment);
    this.settled(request);
    this.writer.commitLater();
  }

  /** Writes what was added: on return, or when the promise resolves. */
  commit(): Promise<void> | undefined {
    return this.writer.commit();
  }

  /** Writes what was added within this turn of the event loop. */
  commitLater(): void {
    this.writer.commitLater();
  }

  /** PostgreSQL confirmed the request: its segments wait for one less. */
  settled(request: Journaled): void {
    for (const segment of segmentsOf(request)) {
      segment.pending -= 1;
      if (segment.done) this.finish(segment);
    }
    request.segment = null;
    request.olderSegments = null;
  }

  /** New segments carry this epoch's name from now on. */
  startEpoch(epoch: string): void {
    this.epoch = epoch;
    this.number = 0;
    this.writer.commit()?.catch(() => undefined);
    if (this.writer.idle) this.roll();
  }

  /** Writes, syncs, closes; segments whose requests are all confirmed move away. */
  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.writer.close();
    this.current.open = false;
    if (this.current.done) this.finish(this.current);
    await this.done.close();
  }

  /** Lets the file go without writing: what a kill leaves. For tests of recovery. */
  abandon(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private currentSegment(): Segment {
    if (this.current.bytes >= this.input.limits.segmentBytesMax && this.writer.idle) this.roll();
    return this.current;
  }

  private count(segment: Segment, bytes: number): void {
    segment.bytes += bytes;
    this.totalBytes += bytes;
  }

  private tick(): void {
    const { openedAtMs, bytes } = this.current;
    const old = performance.now() - openedAtMs >= this.input.limits.segmentAgeMs;
    // A segment with nothing but its opening record stays: rolling it would only make files.
    if (old && bytes > 512 && this.writer.idle) this.roll();
    void this.ballast.fill();
    this.done.prune();
  }

  private roll(): void {
    const before = this.current;
    try {
      this.current = this.openSegment();
    } catch (error) {
      // The old segment goes on beyond its size; the next record tries again.
      this.ballast.drop();
      this.input.onFault(error, 'no new journal segment');
      return;
    }
    before.open = false;
    if (before.done) this.finish(before);
  }

  private openSegment(): Segment {
    const { slot } = this.input;
    const number = this.number;
    const name = segmentName(this.epoch, number);
    const fd = openSync(join(slot.folder, name), 'wx', 0o600);
    this.number += 1;
    this.writer.target(fd);
    const segment = new Segment(name, fd, performance.now());
    this.live.add(segment);
    const opening = { t: 'open', v: 1, journal: slot.journalId, epoch: this.epoch, n: number };
    this.count(segment, this.writer.add(JSON.stringify(opening)));
    this.writer.commitLater();
    return segment;
  }

  private finish(segment: Segment): void {
    if (!this.live.delete(segment)) return;
    this.totalBytes -= segment.bytes;
    this.done.add(segment.name);
    for (const kept of segment.release()) if (kept.done) this.finish(kept);
  }
}

function segmentsOf(request: Journaled): Segment[] {
  if (request.segment === null) return [];
  return request.olderSegments === null
    ? [request.segment]
    : [request.segment, ...request.olderSegments];
}
