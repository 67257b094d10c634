import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { LedgerEntry, ledgerQuery, Page } from '@weir/contracts';
import type { Identity } from '../http/access.js';
import { decodeCursor, pageOf } from '../http/cursor.js';
import { toLedgerEntry } from './ledger.mapper.js';
import { LedgerRepository } from './ledger.repository.js';

const cursor = z.tuple([z.number().int()]);

@Injectable()
export class LedgerService {
  constructor(private readonly repository: LedgerRepository) {}

  async list(caller: Identity, query: z.infer<typeof ledgerQuery>): Promise<Page<LedgerEntry>> {
    const rows = await this.repository.page(caller.accountId, {
      what: query.what ?? null,
      before: decodeCursor(query.cursor, cursor)?.[0] ?? null,
      limit: query.limit,
    });
    return pageOf(rows, query.limit, (row) => [Number(row.seq)], toLedgerEntry);
  }
}
