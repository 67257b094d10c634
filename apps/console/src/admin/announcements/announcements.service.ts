import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { announcementBody, type AnnouncementView, type Page } from '@weir/contracts';
import type { AnnouncementEntity } from '@weir/data';
import { invalidField, notFound } from '../../http/api-error.js';
import { decodeCursor, pageOf } from '../../http/cursor.js';
import { defined } from '../../http/defined.js';
import { LiveBroadcast } from '../../live/live-broadcast.js';
import { audit, type Actor } from '../../http/actor.js';
import { toAnnouncementView } from './announcements.mapper.js';
import { AdminAnnouncementsRepository, type AnnouncementRow } from './announcements.repository.js';

/** PATCH: the same fields, none needed. */
export const updateAnnouncementBody = announcementBody.partial();
const cursor = z.tuple([z.string().regex(/^-?\d{1,18}$/), z.uuid()]);
type UpdateBody = z.infer<typeof updateAnnouncementBody>;

/** Messages to everyone: those online see them at once. */
@Injectable()
export class AdminAnnouncementsService {
  constructor(
    private readonly repository: AdminAnnouncementsRepository,
    private readonly live: LiveBroadcast,
  ) {}

  async list(query: {
    cursor?: string | undefined;
    limit: number;
  }): Promise<Page<AnnouncementView>> {
    const after = decodeCursor(query.cursor, cursor);
    const rows = await this.repository.page(
      after && { startsUs: after[0], id: after[1] },
      query.limit,
    );
    return pageOf(rows, query.limit, (row) => [row.starts_us, row.id], toAnnouncementView);
  }

  async get(id: string): Promise<AnnouncementView> {
    return toAnnouncementView(await this.require(id));
  }

  async create(actor: Actor, body: z.infer<typeof announcementBody>): Promise<AnnouncementView> {
    const id = randomUUID();
    await this.repository.transaction(async (on) => {
      await this.repository.insert(on, { id, created_by: actor.caller.userId, ...columnsOf(body) });
      await audit(on, actor, 'announcement.create', { target: `announcement:${id}`, after: body });
    });
    return this.publish(id);
  }

  async update(actor: Actor, id: string, body: UpdateBody): Promise<AnnouncementView> {
    await this.repository.transaction(async (on) => {
      const before = await this.repository.find(id, on);
      if (!before) throw notFound('announcement');
      await this.repository.update(on, id, columnsOf(body));
      await audit(on, actor, 'announcement.update', {
        target: `announcement:${id}`,
        before,
        after: body,
      });
    });
    return this.publish(id);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.repository.transaction(async (on) => {
      if (!(await this.repository.remove(on, id))) throw notFound('announcement');
      await audit(on, actor, 'announcement.delete', { target: `announcement:${id}` });
    });
  }

  private async publish(id: string): Promise<AnnouncementView> {
    const row = await this.require(id);
    const view = toAnnouncementView(row);
    if (row.running) this.live.announce(view);
    return view;
  }

  private async require(id: string): Promise<AnnouncementRow> {
    const row = await this.repository.find(id);
    if (!row) throw notFound('announcement');
    return row;
  }
}

function columnsOf(body: UpdateBody): Partial<AnnouncementEntity> {
  const { starts_at, ends_at, ...rest } = body;
  if (
    typeof starts_at === 'string' &&
    typeof ends_at === 'string' &&
    Date.parse(ends_at) <= Date.parse(starts_at)
  )
    throw invalidField('ends_at', 'Choose an instant after `starts_at`.');
  return {
    ...defined(rest),
    ...(starts_at === undefined ? {} : { starts_at: new Date(starts_at) }),
    ...(ends_at === undefined ? {} : { ends_at: ends_at === null ? null : new Date(ends_at) }),
  };
}
