import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import type { ExportJob, ExportView } from '@weir/contracts';
import {
  exportText,
  exportTotal,
  type ExportPiece,
  type ExportScope,
  type ExportTotal,
  type StoredScope,
  type TextFormat,
} from '@weir/data';
import { Database } from '../database/database.js';
import { CONSOLE_LIMITS } from '../limits.js';
import { SETTINGS, type ConsoleSettings } from '../settings.js';

/** A background export as it is asked for. */
export interface NewExport {
  readonly id: string;
  readonly format: string;
  readonly fileName: string;
  readonly rows: number;
  readonly scope: StoredScope;
}

const VIEW = `SELECT id, format, file_name, state, rows::int, rows_done::int, bytes::int, iso_text(created_at) AS created_at,
  CASE WHEN state = 'ready' THEN iso_text(finished_at + interval '1 hour') END AS expires_at FROM export_file`;
const ALIVE = `(finished_at IS NULL OR finished_at > now() - interval '1 hour')`;

/** Exports have connections of their own: a slow download must not keep one from the API. */
@Injectable()
export class ExportsRepository implements OnApplicationShutdown {
  readonly #pool: pg.Pool;

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) settings: ConsoleSettings,
  ) {
    this.#pool = new pg.Pool({
      connectionString: settings.databaseUrl,
      max: CONSOLE_LIMITS.exportsMax,
      options: '-c role=weir_app',
      connectionTimeoutMillis: 2_000,
      idleTimeoutMillis: 10_000,
    });
    // An idle connection that PostgreSQL closed is opened anew when it is needed.
    this.#pool.on('error', () => undefined);
  }

  /** How much there is. */
  total(scope: ExportScope): Promise<ExportTotal> {
    return exportTotal(this.#pool, scope);
  }

  /** All of it as text, from one snapshot. */
  text(scope: StoredScope, format: TextFormat): AsyncGenerator<ExportPiece> {
    return exportText(this.#pool, scope, format);
  }

  /** Writes the export down and has a worker make it, both or neither. */
  async start(input: NewExport): Promise<ExportView> {
    const { id, format, fileName, rows, scope } = input;
    const job: ExportJob = { v: 1, export: id };
    return this.database.transaction(async (on) => {
      await on.run(
        `INSERT INTO export_file (id, account, owner, format, file_name, rows, scope) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [id, scope.account, scope.reader, format, fileName, rows, JSON.stringify(scope)],
      );
      await on.run(`INSERT INTO outbox (queue, payload) VALUES ('export', $1)`, [
        JSON.stringify(job),
      ]);
      const [view] = await on.many<ExportView>(`${VIEW} WHERE id = $1`, [id]);
      if (!view) throw new Error('The row just written is there.');
      return view;
    });
  }

  /** Exports of a user that are not over, newest first. */
  list(owner: string): Promise<ExportView[]> {
    return this.database.many(
      `${VIEW} WHERE owner = $1 AND ${ALIVE} ORDER BY created_at DESC LIMIT 50`,
      [owner],
    );
  }

  find(owner: string, id: string): Promise<ExportView | undefined> {
    return this.database.one(`${VIEW} WHERE owner = $1 AND id = $2 AND ${ALIVE}`, [owner, id]);
  }

  /** Exports of a user that are not ready yet. */
  async unfinished(owner: string): Promise<number> {
    const row = await this.database.one<{ n: number }>(
      `SELECT count(*)::int AS n FROM export_file WHERE owner = $1 AND state IN ('waiting', 'running')
          AND created_at > now() - interval '1 hour'`,
      [owner],
    );
    return row?.n ?? 0;
  }

  /** The gzipped file, piece by piece. */
  async *pieces(id: string): AsyncGenerator<Buffer> {
    for (let n = 0; ; n += 1) {
      const piece = await this.database.one<{ bytes: Buffer }>(
        'SELECT bytes FROM export_piece WHERE export = $1 AND n = $2',
        [id, n],
      );
      if (!piece) return;
      yield piece.bytes;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pool.end();
  }
}
