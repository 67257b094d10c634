import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

export interface NotificationRow {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly data: Record<string, unknown>;
  readonly created_at: string;
  readonly created_us: string;
  readonly read_at: string | null;
}

@Injectable()
export class NotificationsRepository {
  constructor(private readonly database: Database) {}

  /** Newest first, one row more than asked for. */
  page(
    accountId: string,
    after: { createdUs: string; id: string } | null,
    limit: number,
  ): Promise<NotificationRow[]> {
    return this.database.many<NotificationRow>(
      `SELECT id, kind, title, body, data, iso_text(created_at) AS created_at,
              (extract(epoch FROM created_at) * 1000000)::bigint AS created_us, iso_text(read_at) AS read_at
         FROM notification
        WHERE account = $1 AND ($2::bigint IS NULL OR (created_at, id) < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::uuid))
        ORDER BY created_at DESC, id DESC LIMIT $4`,
      [accountId, after?.createdUs ?? null, after?.id ?? null, limit + 1],
    );
  }

  async unread(accountId: string): Promise<number> {
    const row = await this.database.one<{ n: number }>(
      'SELECT count(*)::int AS n FROM notification WHERE account = $1 AND read_at IS NULL',
      [accountId],
    );
    return row?.n ?? 0;
  }

  /** `ids` null = all. */
  async markRead(accountId: string, ids: readonly string[] | null): Promise<void> {
    await this.database.run(
      'UPDATE notification SET read_at = now() WHERE account = $1 AND read_at IS NULL AND ($2::uuid[] IS NULL OR id = ANY ($2))',
      [accountId, ids],
    );
  }
}
