/**
 * The newest `capacity` rows, newest first, each id once. A row that arrives again (a replay after a
 * reconnect, a poll that overlaps the socket) is left out, so that nothing is shown twice.
 */
export class RingBuffer<T> {
  private rows: T[] = [];
  private readonly ids = new Set<string>();

  constructor(
    private readonly capacity: number,
    private readonly idOf: (row: T) => string,
  ) {}

  /** Adds rows given oldest first; returns those that are new. */
  push(rows: readonly T[]): T[] {
    const fresh = rows.filter((row) => {
      const id = this.idOf(row);
      if (this.ids.has(id)) return false;
      this.ids.add(id);
      return true;
    });
    if (fresh.length === 0) return fresh;
    const next = [...fresh].reverse().concat(this.rows);
    for (const dropped of next.slice(this.capacity)) this.ids.delete(this.idOf(dropped));
    this.rows = next.slice(0, this.capacity);
    return fresh;
  }

  /** Newest first. The array is replaced, never changed, so it may be kept. */
  newestFirst(): readonly T[] {
    return this.rows;
  }

  get size(): number {
    return this.rows.length;
  }

  /** Sorts by the given key, newest first: used once after a backfill mixed with live rows. */
  sortBy(at: (row: T) => string): void {
    this.rows = [...this.rows].sort((a, b) => (at(a) < at(b) ? 1 : at(a) > at(b) ? -1 : 0));
  }

  clear(): void {
    this.rows = [];
    this.ids.clear();
  }
}
