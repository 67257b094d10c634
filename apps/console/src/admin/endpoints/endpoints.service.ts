import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { createEndpointBody, EndpointView, Page, updateEndpointBody } from '@weir/contracts';
import { invalidField, notFound } from '../../http/api-error.js';
import { decodeCursor, pageOf } from '../../http/cursor.js';
import { defined } from '../../http/defined.js';
import { audit, type Actor } from '../../http/actor.js';
import { toEndpointView } from './endpoints.mapper.js';
import { AdminEndpointsRepository } from './endpoints.repository.js';

const cursor = z.tuple([z.string().max(300), z.uuid()]);

/** Which provider serves which model, under which name. */
@Injectable()
export class AdminEndpointsService {
  constructor(private readonly repository: AdminEndpointsRepository) {}

  async list(query: { cursor?: string | undefined; limit: number }): Promise<Page<EndpointView>> {
    const after = decodeCursor(query.cursor, cursor);
    const rows = await this.repository.page(
      after && { model: after[0], id: after[1] },
      query.limit,
    );
    return pageOf(rows, query.limit, (row) => [row.model, row.id], toEndpointView);
  }

  async get(id: string): Promise<EndpointView> {
    const row = await this.repository.find(id);
    if (!row) throw notFound('endpoint');
    return toEndpointView(row);
  }

  async create(actor: Actor, body: z.infer<typeof createEndpointBody>): Promise<EndpointView> {
    const id = randomUUID();
    await this.repository.transaction(async (on) => {
      const missing = await this.repository.missing(on, body.provider, body.model);
      if (missing) throw invalidField(missing, `There is no such ${missing}.`);
      await this.repository.insert(on, { id, ...defined(body) });
      await audit(on, actor, 'endpoint.create', { target: `endpoint:${id}`, after: body });
    });
    return this.get(id);
  }

  async update(
    actor: Actor,
    id: string,
    body: z.infer<typeof updateEndpointBody>,
  ): Promise<EndpointView> {
    await this.repository.transaction(async (on) => {
      const before = await this.repository.find(id, on);
      if (!before) throw notFound('endpoint');
      await this.repository.update(on, id, defined(body));
      await audit(on, actor, 'endpoint.update', { target: `endpoint:${id}`, before, after: body });
    });
    return this.get(id);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.repository.transaction(async (on) => {
      if (!(await this.repository.remove(on, id))) throw notFound('endpoint');
      await audit(on, actor, 'endpoint.delete', { target: `endpoint:${id}` });
    });
  }
}
