import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { exportJobSchema, QUEUES } from '@weir/contracts';
import type { JobWorker } from '@weir/platform';
import { LIMITS } from '../limits.js';
import { Runtime } from '../runtime/runtime.js';
import { startWorker } from '../runtime/start-worker.js';
import { writeExport, type WaitingExport } from './export-writer.js';

type Row = WaitingExport & {
  readonly account: string;
  readonly file_name: string;
  readonly state: string;
};

/** Makes long exports and tells their owner, once, that the file is ready or could not be made. */
@Injectable()
export class ExportProcessor implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #runtime: Runtime;
  #worker: JobWorker | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#worker = await startWorker(this.#runtime, {
      queue: QUEUES.export,
      concurrency: LIMITS.exportJobs,
      failed: 'an export failed; its job will be repeated',
      process: (payload) => this.#process(payload),
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.#worker?.close();
  }

  async #process(payload: unknown): Promise<void> {
    const read = exportJobSchema.safeParse(payload);
    if (!read.success) {
      this.#runtime.logger.error({ err: read.error }, 'unreadable export job dropped');
      return;
    }
    const { pool } = this.#runtime;
    const { rows } = await pool.query<Row>(
      `UPDATE export_file SET state = 'running' WHERE id = $1 AND state IN ('waiting', 'running')
       RETURNING id, account, format, file_name, scope, state`,
      [read.data.export],
    );
    const [row] = rows;
    // Made already, or its owner is gone: a repeated job has nothing to do.
    if (row === undefined) return;
    const bytes = await writeExport(pool, row);
    await pool.query(
      `UPDATE export_file SET state = 'ready', rows_done = rows, bytes = $2, finished_at = now() WHERE id = $1`,
      [row.id, bytes],
    );
    await this.#runtime.money.notificationCreate({
      id: randomUUID(),
      account: row.account,
      kind: 'export.ready',
      title: `Your export ${row.file_name} is ready`,
      body: 'The file can be downloaded for one hour.',
      data: { export: row.id, file_name: row.file_name, link: `/api/exports/${row.id}/file` },
      dedupe: `export:${row.id}`,
    });
  }
}
