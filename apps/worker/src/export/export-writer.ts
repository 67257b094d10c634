import { createGzip } from 'node:zlib';
import { once } from 'node:events';
import { exportText, type StoredScope, type TextFormat } from '@weir/data';
import type pg from 'pg';

/** A row of `export_file` to fill. */
export interface WaitingExport {
  readonly id: string;
  readonly format: TextFormat;
  readonly scope: StoredScope;
}

/** Bytes of one stored piece: small enough to hold, large enough not to be many. */
const PIECE_BYTES = 1024 * 1024;
/** How often the progress is written down, in rows. */
const PROGRESS_ROWS = 20_000;

/**
 * Writes one export: gzipped, piece by piece, in constant memory. Run again it begins anew, so a job that was cut
 * leaves nothing half done. Answers the bytes of the file.
 */
export async function writeExport(pool: pg.Pool, waiting: WaitingExport): Promise<number> {
  await pool.query('DELETE FROM export_piece WHERE export = $1', [waiting.id]);
  const pieces = new PieceWriter(pool, waiting.id);
  const gzip = createGzip();
  const stored = pieces.take(gzip);
  // Its failure is seen by the await below; a reader that failed must not leave it unhandled.
  stored.catch(() => gzip.destroy());
  let toldRows = 0;
  const { format, scope } = waiting;
  for await (const { text, rowsDone } of exportText(pool, scope, format)) {
    if (gzip.destroyed) break;
    if (text !== '' && !gzip.write(text)) await Promise.race([once(gzip, 'drain'), stored]);
    if (rowsDone - toldRows >= PROGRESS_ROWS) {
      toldRows = rowsDone;
      await pool.query('UPDATE export_file SET rows_done = $2 WHERE id = $1', [
        waiting.id,
        rowsDone,
      ]);
    }
  }
  gzip.end();
  return stored;
}

/** Cuts a stream into pieces and stores each. */
class PieceWriter {
  #chunks: Buffer[] = [];
  #length = 0;
  #next = 0;
  #total = 0;

  constructor(
    private readonly pool: pg.Pool,
    private readonly id: string,
  ) {}

  /** Takes all of it; answers the bytes. */
  async take(bytes: AsyncIterable<Buffer>): Promise<number> {
    for await (const chunk of bytes) {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      if (this.#length >= PIECE_BYTES) await this.#store();
    }
    if (this.#length > 0) await this.#store();
    return this.#total;
  }

  async #store(): Promise<void> {
    const piece = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#length = 0;
    await this.pool.query('INSERT INTO export_piece (export, n, bytes) VALUES ($1, $2, $3)', [
      this.id,
      this.#next,
      piece,
    ]);
    this.#next += 1;
    this.#total += piece.length;
  }
}
