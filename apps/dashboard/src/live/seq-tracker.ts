/** What to do with a durable event that arrived. */
export type SeqVerdict = 'apply' | 'duplicate' | 'gap';

/**
 * Follows one account's gapless `seq`. An event is applied once and in order: what was seen is a
 * duplicate, what leaves a hole asks the server for the missing part (`resume {since}`), and a
 * `snapshot` moves on after everything was read again by REST.
 */
export class SeqTracker {
  private last = 0;

  /** The newest seq that was applied; 0 = none yet. */
  get since(): number {
    return this.last;
  }

  /** Judges the event with this seq and, when it is the next, takes it as applied. */
  accept(seq: number): SeqVerdict {
    if (seq <= this.last) return 'duplicate';
    if (this.last !== 0 && seq > this.last + 1) return 'gap';
    this.last = seq;
    return 'apply';
  }

  /** Everything up to `seq` is known from elsewhere (REST, snapshot). Never moves back. */
  startAfter(seq: number): void {
    this.last = Math.max(this.last, seq);
  }

  /** The server's newest seq of `welcome`: true when we are behind and a replay must come. */
  behind(newest: number): boolean {
    return newest > this.last;
  }

  /** Another account: nothing is known. */
  reset(): void {
    this.last = 0;
  }
}
