import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { notificationList, readNotificationsBody } from '@weir/contracts';
import type { Identity } from '../http/access.js';
import { invalidField } from '../http/api-error.js';
import { decodeCursor, pageOf } from '../http/cursor.js';
import { toNotificationView } from './notifications.mapper.js';
import { NotificationsRepository } from './notifications.repository.js';

const cursor = z.tuple([z.string().regex(/^\d{1,18}$/), z.uuid()]);

@Injectable()
export class NotificationsService {
  constructor(private readonly repository: NotificationsRepository) {}

  async list(
    caller: Identity,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<z.infer<typeof notificationList>> {
    const after = decodeCursor(query.cursor, cursor);
    const [rows, unread] = await Promise.all([
      this.repository.page(
        caller.accountId,
        after && { createdUs: after[0], id: after[1] },
        query.limit,
      ),
      this.repository.unread(caller.accountId),
    ]);
    return {
      ...pageOf(rows, query.limit, (row) => [row.created_us, row.id], toNotificationView),
      unread,
    };
  }

  async read(
    caller: Identity,
    body: z.infer<typeof readNotificationsBody>,
  ): Promise<{ unread: number }> {
    if (body.all !== true && body.ids === undefined)
      throw invalidField('ids', 'Name ids or send all: true.');
    await this.repository.markRead(caller.accountId, body.all === true ? null : (body.ids ?? []));
    return { unread: await this.repository.unread(caller.accountId) };
  }
}
