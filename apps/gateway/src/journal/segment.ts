import { join } from 'node:path';

/**
 * One journal file. It counts the unconfirmed requests that have a record in it and is done at zero: not when
 * its last request is confirmed, for batches settle in any order and a long stream began long ago.
 */
export class Segment {
  /** Bytes written. */
  bytes = 0;
  /** Unconfirmed requests with a record here. */
  pending = 0;
  /** Whether records may still be added. */
  open = true;
  /** Later segments kept for this one's sake: they say that a request begun here was void. */
  private kept: Segment[] = [];

  constructor(
    /** File name. */
    readonly name: string,
    readonly fd: number,
    /** Monotonic instant of creation, ms. */
    readonly openedAtMs: number,
  ) {}

  /** Whether the file may go to done/. */
  get done(): boolean {
    return !this.open && this.pending === 0;
  }

  /** Keeps `later` at least as long as this segment. */
  keep(later: Segment): void {
    later.pending += 1;
    this.kept.push(later);
  }

  /** Called when this segment went to done/: lets go of what it kept, and answers it. */
  release(): Segment[] {
    const kept = this.kept;
    this.kept = [];
    for (const segment of kept) segment.pending -= 1;
    return kept;
  }
}

/** The segments in which one request has a record. A field of the request's own object, so that the hot path allocates nothing. */
export interface Journaled {
  /** The segment of its latest record. */
  segment: Segment | null;
  /** Older ones; null for nearly all requests. */
  olderSegments: Segment[] | null;
}

const NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d+)\.wj$/;

/** `<epoch>-<n>.wj`. */
export function segmentName(epoch: string, number: number): string {
  return `${epoch}-${number}.wj`;
}

/** Epoch and number of a segment's file name; null for any other file. */
export function parseSegmentName(name: string): { epoch: string; number: number } | null {
  const match = NAME.exec(name);
  if (match?.[1] === undefined) return null;
  return { epoch: match[1], number: Number(match[2]) };
}

/** Where settled segments of a slot go. */
export function doneFolder(slotFolder: string): string {
  return join(slotFolder, 'done');
}
