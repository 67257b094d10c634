import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type {
  createTemplateBody,
  Page,
  TemplateDefinition,
  TemplateView,
  updateTemplateBody,
} from '@weir/contracts';
import { invalidField, notFound } from '../../http/api-error.js';
import { decodeCursor, pageOf } from '../../http/cursor.js';
import { LiveBroadcast } from '../../live/live-broadcast.js';
import { audit, type Actor } from '../../http/actor.js';
import { factorField } from '../factor-field.js';
import type { grantPage, importResult, TemplateFile } from './template-file.js';
import { toTemplateView } from './templates.mapper.js';
import { AdminTemplatesRepository } from './templates.repository.js';

const cursor = z.tuple([z.string().max(200)]);
/** Templates in one export; an installation has dozens. */
const EXPORT_MAX = 500;
type UpdateBody = z.infer<typeof updateTemplateBody>;

/** Expert templates, who may use them, and their file form. */
@Injectable()
export class AdminTemplatesService {
  constructor(
    private readonly repository: AdminTemplatesRepository,
    private readonly live: LiveBroadcast,
  ) {}

  async list(query: { cursor?: string | undefined; limit: number }): Promise<Page<TemplateView>> {
    const rows = await this.repository.page(
      decodeCursor(query.cursor, cursor)?.[0] ?? null,
      query.limit,
    );
    return pageOf(rows, query.limit, (row) => [row.name], toTemplateView);
  }

  async get(id: string): Promise<TemplateView> {
    const row = await this.repository.find(id);
    if (!row) throw notFound('template');
    return toTemplateView(row);
  }

  async create(actor: Actor, body: z.infer<typeof createTemplateBody>): Promise<TemplateView> {
    const id = randomUUID();
    await this.repository.transaction(async (on) => {
      const { definition, name } = body;
      await this.repository.insert(on, {
        id,
        name,
        definition: notEmpty(definition),
        ...columnsOf(body),
      });
      await audit(on, actor, 'template.create', {
        target: `expert_template:${id}`,
        after: { name },
      });
    });
    return this.changed(id);
  }

  async update(actor: Actor, id: string, body: UpdateBody): Promise<TemplateView> {
    await this.repository.transaction(async (on) => {
      const before = await this.repository.find(id, on);
      if (!before) throw notFound('template');
      await this.repository.update(on, id, {
        ...columnsOf(body),
        ...(body.definition === undefined ? {} : { definition: notEmpty(body.definition) }),
      });
      await audit(on, actor, 'template.update', {
        target: `expert_template:${id}`,
        before,
        after: body,
      });
    });
    return this.changed(id);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.repository.transaction(async (on) => {
      const before = await this.repository.find(id, on);
      if (!before || !(await this.repository.remove(on, id))) throw notFound('template');
      await audit(on, actor, 'template.delete', { target: `expert_template:${id}`, before });
    });
  }

  async grants(id: string): Promise<z.infer<typeof grantPage>> {
    await this.get(id);
    return { items: await this.repository.grants(id), next_cursor: null };
  }

  async grant(actor: Actor, id: string, account: string): Promise<z.infer<typeof grantPage>> {
    await this.repository.transaction(async (on) => {
      if (!(await this.repository.find(id, on))) throw notFound('template');
      if (!(await this.repository.accountExists(on, account)))
        throw invalidField('account', 'There is no such account.');
      await this.repository.grant(on, id, account);
      await audit(on, actor, 'template.grant', {
        target: `expert_template:${id}`,
        after: { account },
      });
    });
    return this.grants(id);
  }

  async revoke(actor: Actor, id: string, account: string): Promise<void> {
    await this.repository.transaction(async (on) => {
      if (!(await this.repository.revoke(on, id, account))) throw notFound('grant');
      await audit(on, actor, 'template.revoke', {
        target: `expert_template:${id}`,
        before: { account },
      });
    });
  }

  async exportAll(): Promise<TemplateFile> {
    const rows = await this.repository.page(null, EXPORT_MAX);
    const items = rows.slice(0, EXPORT_MAX).map((row) => {
      const { name, description, definition, cost_factor, active } = toTemplateView(row);
      return { name, description, definition, cost_factor, active };
    });
    return { type: 'expert_template', version: '1.0', items };
  }

  /** All items or none. */
  async importAll(
    actor: Actor,
    file: TemplateFile,
    mode: 'merge' | 'replace',
  ): Promise<z.infer<typeof importResult>> {
    const changed: { id: string; name: string }[] = [];
    await this.repository.transaction(async (on) => {
      for (const item of file.items) {
        const present = await this.repository.findByName(item.name, on);
        if (present && mode === 'merge') continue;
        const id = present?.id ?? randomUUID();
        const row = { ...columnsOf(item), name: item.name, definition: notEmpty(item.definition) };
        if (present) await this.repository.update(on, id, row);
        else await this.repository.insert(on, { id, ...row });
        changed.push({ id, name: item.name });
      }
      await audit(on, actor, 'template.import', {
        target: 'expert_template',
        after: { mode, imported: changed.map(({ name }) => name) },
      });
    });
    for (const { id, name } of changed) this.live.templateChanged(id, name);
    return { imported: changed.length, skipped: file.items.length - changed.length };
  }

  private async changed(id: string): Promise<TemplateView> {
    const view = await this.get(id);
    this.live.templateChanged(id, view.name);
    return view;
  }
}

/** A template without a category could never answer. */
function notEmpty(definition: TemplateDefinition): TemplateDefinition {
  if (Object.keys(definition.categories).length === 0)
    throw invalidField('definition.categories', 'Name at least one category.');
  return definition;
}

function columnsOf(body: UpdateBody): {
  name?: string;
  description?: string;
  cost_factor?: number;
  active?: boolean;
} {
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.cost_factor === undefined
      ? {}
      : { cost_factor: factorField('cost_factor', body.cost_factor) }),
    ...(body.active === undefined ? {} : { active: body.active }),
  };
}
