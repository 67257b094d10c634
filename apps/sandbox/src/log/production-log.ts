import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';

/**
 * What the sandbox really produced, request by request: the truth that a bill is held against. The newest
 * entries stay in memory in a ring; all of them go to a file as NDJSON when one is named.
 */

/** How a simulated answer ended. */
export type Outcome = 'finished' | 'cut' | 'client_gone' | 'silent' | 'refused';

/** One request, as it really went. */
export interface ProductionEntry {
  /** Counts up from 1 for the life of the process. */
  readonly seq: number;
  /** The caller's generation id, else its request id, else one of ours. */
  readonly id: string;
  readonly requestId: string | null;
  /** Instant the answer ended, ISO-8601. */
  readonly at: string;
  readonly path: string;
  readonly model: string | null;
  readonly credential: string | null;
  readonly streamed: boolean;
  /** The whole prompt, cached and newly written tokens included. */
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  /** Output tokens produced, hidden reasoning included; of a stream, those whose chunk was written. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** Units that are no tokens. */
  readonly images: number;
  readonly audioSeconds: number;
  readonly characters: number;
  readonly searches: number;
  /** Body bytes written. */
  readonly bytesSent: number;
  readonly status: number;
  readonly outcome: Outcome;
}

/** Entries kept in memory. */
export const LOG_ENTRIES_MAX = 100_000;
/** Entries answered at once. */
export const LOG_PAGE_MAX = 10_000;

/** The log of one sandbox. */
export class ProductionLog {
  readonly #ring: ProductionEntry[] = [];
  readonly #file: WriteStream | null;
  #written = 0;
  /** Entries up to this seq were deleted. */
  #clearedSeq = 0;

  constructor(path: string | null) {
    this.#file = path === null ? null : createWriteStream(path, { flags: 'a' });
  }

  /** Adds an entry; its seq is given here. */
  add(entry: Omit<ProductionEntry, 'seq'>): void {
    const numbered = { seq: ++this.#written, ...entry };
    this.#ring[(numbered.seq - 1) % LOG_ENTRIES_MAX] = numbered;
    this.#file?.write(`${JSON.stringify(numbered)}\n`);
  }

  /** Entries after `seq`, oldest first, at most a page of them. */
  since(seq: number): ProductionEntry[] {
    const oldest = Math.max(seq, this.#clearedSeq, this.#written - LOG_ENTRIES_MAX);
    const last = Math.min(this.#written, oldest + LOG_PAGE_MAX);
    const entries: ProductionEntry[] = [];
    for (let at = oldest; at < last; at++) {
      const entry = this.#ring[at % LOG_ENTRIES_MAX];
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  /** Forgets every entry; seq goes on. */
  clear(): void {
    this.#clearedSeq = this.#written;
    this.#ring.length = 0;
  }

  /** Flushes the file. */
  async close(): Promise<void> {
    const file = this.#file;
    if (file === null) return;
    await new Promise<void>((resolve) => file.end(resolve));
  }
}
