import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { createModelBody, ModelView, Page, updateModelBody } from '@weir/contracts';
import { notFound } from '../../http/api-error.js';
import { decodeCursor, pageOf } from '../../http/cursor.js';
import { defined } from '../../http/defined.js';
import { ModelsService } from '../../models/models.service.js';
import { audit, type Actor } from '../../http/actor.js';
import { AdminModelsRepository } from './models.repository.js';

const cursor = z.tuple([z.string().max(300)]);

/** The catalogue as admins keep it, disabled models included. */
@Injectable()
export class AdminModelsService {
  constructor(
    private readonly repository: AdminModelsRepository,
    private readonly catalogue: ModelsService,
  ) {}

  async list(query: { cursor?: string | undefined; limit: number }): Promise<Page<ModelView>> {
    const rows = await this.catalogue.all(
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

  async get(id: string): Promise<ModelView> {
    const row = await this.catalogue.find(id);
    if (!row) throw notFound('model');
    return row;
  }

  async create(actor: Actor, body: z.infer<typeof createModelBody>): Promise<ModelView> {
    await this.repository.transaction(async (on) => {
      await this.repository.insert(on, { name: body.id, ...defined(body) });
      await audit(on, actor, 'model.create', { target: `model:${body.id}`, after: body });
    });
    return this.get(body.id);
  }

  async update(
    actor: Actor,
    id: string,
    body: z.infer<typeof updateModelBody>,
  ): Promise<ModelView> {
    await this.repository.transaction(async (on) => {
      const before = await this.catalogue.find(id, on);
      if (!before) throw notFound('model');
      await this.repository.update(on, id, defined(body));
      await audit(on, actor, 'model.update', { target: `model:${id}`, before, after: body });
    });
    return this.get(id);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.repository.transaction(async (on) => {
      if (!(await this.repository.remove(on, id))) throw notFound('model');
      await audit(on, actor, 'model.delete', { target: `model:${id}` });
    });
  }
}
