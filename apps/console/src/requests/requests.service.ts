import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Page, RequestDetail, RequestRow, RequestsQuery } from '@weir/contracts';
import { allows, type Identity } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import { decodeCursor, pageOf } from '../http/cursor.js';
import { listConditions } from './request-filters.js';
import { toRequestDetail, toRequestRow } from './requests.mapper.js';
import { RequestsRepository } from './requests.repository.js';

const cursor = z.tuple([z.string().regex(/^\d{1,18}$/), z.uuid()]);

/** Transaction records: an account's own, or everybody's metadata for operators. */
@Injectable()
export class RequestsService {
  constructor(private readonly repository: RequestsRepository) {}

  async list(caller: Identity, query: RequestsQuery): Promise<Page<RequestRow>> {
    const all = query.scope === 'all';
    if (all && !allows('operator', caller.role)) throw new ApiError('forbidden');
    const after = decodeCursor(query.cursor, cursor);
    const rows = await this.repository.page({
      conditions: listConditions(query, all ? null : caller.accountId),
      reader: caller.userId,
      after: after && { acceptedUs: after[0], id: after[1] },
      limit: query.limit,
      withUser: all,
    });
    return pageOf(
      rows,
      query.limit,
      (row) => [row.accepted_us, row.id],
      (row) => toRequestRow(row, all),
    );
  }

  async get(caller: Identity, id: string): Promise<RequestDetail> {
    const scope = allows('operator', caller.role) ? null : caller.accountId;
    const row = await this.repository.find(scope, id, caller.userId);
    if (!row) throw notFound('request');
    return toRequestDetail(row, await this.repository.price(row.price_version));
  }

  async putNote(caller: Identity, id: string, note: string): Promise<{ note: string }> {
    if (!(await this.repository.exists(caller.accountId, id))) throw notFound('request');
    const trimmed = note.trim();
    await this.repository.putNote(id, caller.userId, trimmed);
    return { note: trimmed };
  }
}
