import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ExportFormat, ExportQuery, ExportView } from '@weir/contracts';
import { scopeOf, type StoredScope } from '@weir/data';
import { exportFileName } from '@weir/domain';
import type { Identity } from '../http/access.js';
import { ApiError, invalidField, notFound } from '../http/api-error.js';
import { CONSOLE_LIMITS } from '../limits.js';
import { rangeOf } from '../requests/request-filters.js';
import { SETTINGS, type ConsoleSettings } from '../settings.js';
import { isTimeZone } from '../usage/time-zone.js';
import { ExportsRepository } from './exports.repository.js';

/** A file on its way to its reader. */
export interface ExportFile {
  readonly name: string;
  readonly contentType: string;
  /** Whether the bytes are gzipped. */
  readonly gzipped: boolean;
  readonly bytes: AsyncIterable<string | Buffer>;
}

/** Days exported when a caller names no range. */
const DEFAULT_DAYS = 30;
const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  focus: 'text/csv; charset=utf-8',
};

/**
 * Usage as a file. A short one is written straight to its reader; a long one is made by a worker, which tells when
 * it is ready. Both come from one snapshot with the filters of the view, so that its sum is the total shown.
 */
@Injectable()
export class ExportsService {
  /** Users with files on their way, and how many. */
  readonly #running = new Map<string, number>();

  constructor(
    private readonly repository: ExportsRepository,
    @Inject(SETTINGS) private readonly settings: ConsoleSettings,
  ) {}

  /** The file, or the export that makes it in the background. */
  async start(caller: Identity, query: ExportQuery): Promise<ExportFile | ExportView> {
    const { stored, name } = this.#scope(caller, query);
    const { rows } = await this.repository.total(scopeOf(stored));
    if (rows <= CONSOLE_LIMITS.exportRowsNow) {
      if ((this.#running.get(caller.userId) ?? 0) >= CONSOLE_LIMITS.exportsPerUser) throw tooMany();
      return {
        name,
        contentType: CONTENT_TYPES[query.format],
        gzipped: false,
        bytes: this.#stream(caller.userId, stored, query.format),
      };
    }
    if ((await this.repository.unfinished(caller.userId)) >= CONSOLE_LIMITS.exportsPerUser)
      throw tooMany();
    return this.repository.start({
      id: randomUUID(),
      format: query.format,
      fileName: name,
      rows,
      scope: stored,
    });
  }

  list(caller: Identity): Promise<ExportView[]> {
    return this.repository.list(caller.userId);
  }

  async find(caller: Identity, id: string): Promise<ExportView> {
    const view = await this.repository.find(caller.userId, id);
    if (!view) throw notFound('export');
    return view;
  }

  /** The file of a background export; only its owner's, only while it lives. */
  async file(caller: Identity, id: string): Promise<ExportFile> {
    const view = await this.find(caller, id);
    if (view.state !== 'ready')
      throw new ApiError('conflict', 'The file is not ready yet; look at the state of the export.');
    return {
      name: view.file_name,
      contentType: CONTENT_TYPES[view.format],
      gzipped: true,
      bytes: this.repository.pieces(id),
    };
  }

  #scope(caller: Identity, query: ExportQuery): { stored: StoredScope; name: string } {
    if (!isTimeZone(query.tz)) throw invalidField('tz', 'Name an IANA zone such as Europe/Berlin.');
    const range = rangeOf(query, CONSOLE_LIMITS.rollupDaysMax, DEFAULT_DAYS);
    const { model, key, status, endpoint, mode, provider } = query;
    const stored: StoredScope = {
      account: caller.accountId,
      reader: caller.userId,
      filters: { ...range, model, key, status, endpoint, mode, provider },
      currency: this.settings.currency,
      timeZone: query.tz,
      byteOrderMark: query.bom === '1',
    };
    const untilMs = Math.min(Date.parse(range.to), Date.now());
    return { stored, name: exportFileName(Date.parse(range.from), untilMs, query.format) };
  }

  async *#stream(user: string, stored: StoredScope, format: ExportFormat): AsyncGenerator<string> {
    const running = this.#running.get(user) ?? 0;
    this.#running.set(user, running + 1);
    try {
      for await (const { text } of this.repository.text(stored, format)) yield text;
    } finally {
      const left = (this.#running.get(user) ?? 1) - 1;
      if (left > 0) this.#running.set(user, left);
      else this.#running.delete(user);
    }
  }
}

const tooMany = (): ApiError =>
  new ApiError(
    'too_many_attempts',
    `At most ${CONSOLE_LIMITS.exportsPerUser} exports run at once; wait for one to end.`,
    { retryAfterSeconds: 10 },
  );
