import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { ModelView, Page } from '@weir/contracts';
import type { Queries } from '../database/database.js';
import { decodeCursor, pageOf } from '../http/cursor.js';
import { ModelsRepository } from './models.repository.js';

const cursor = z.tuple([z.string().max(200)]);

/** The catalogue as users see it: enabled models with today's prices. */
@Injectable()
export class ModelsService {
  constructor(private readonly repository: ModelsRepository) {}

  async list(query: { cursor?: string | undefined; limit: number }): Promise<Page<ModelView>> {
    const rows = await this.repository.page(
      true,
      decodeCursor(query.cursor, cursor)?.[0] ?? null,
      query.limit,
    );
    return pageOf(
      rows,
      query.limit,
      (row) => [row.id],
      (row) => row,
    );
  }

  /** Every model by id, one more than asked for: the admins' view. */
  all(after: string | null, limit: number): Promise<ModelView[]> {
    return this.repository.page(false, after, limit);
  }

  find(id: string, on?: Queries): Promise<ModelView | undefined> {
    return this.repository.find(id, on);
  }
}
