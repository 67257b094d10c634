import { Injectable } from '@nestjs/common';
import type { AnnouncementView } from '@weir/contracts';
import { AnnouncementEntity } from '@weir/data';
import { Database, type Queries, type Transaction } from '../../database/database.js';

/** An announcement with its sort key and whether it runs now. */
export type AnnouncementRow = AnnouncementView & {
  readonly starts_us: string;
  readonly running: boolean;
};

const SELECT = `SELECT id, title, body, level, iso_text(starts_at) AS starts_at, iso_text(ends_at) AS ends_at,
  (extract(epoch FROM starts_at) * 1000000)::bigint AS starts_us,
  starts_at <= now() AND (ends_at IS NULL OR ends_at > now()) AS running FROM announcement`;

@Injectable()
export class AdminAnnouncementsRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** Newest first, one row more than asked for. */
  page(after: { startsUs: string; id: string } | null, limit: number): Promise<AnnouncementRow[]> {
    return this.database.many<AnnouncementRow>(
      `${SELECT} WHERE $1::bigint IS NULL OR (starts_at, id) < (timestamptz 'epoch' + $1::bigint * interval '1 microsecond', $2::uuid)
        ORDER BY starts_at DESC, id DESC LIMIT $3`,
      [after?.startsUs ?? null, after?.id ?? null, limit + 1],
    );
  }

  find(id: string, on: Queries = this.database): Promise<AnnouncementRow | undefined> {
    return on.one<AnnouncementRow>(`${SELECT} WHERE id = $1`, [id]);
  }

  async insert(on: Transaction, row: Partial<AnnouncementEntity>): Promise<void> {
    await on.entities.insert(AnnouncementEntity, row);
  }

  async update(on: Transaction, id: string, change: Partial<AnnouncementEntity>): Promise<void> {
    if (Object.keys(change).length > 0)
      await on.entities.update(AnnouncementEntity, { id }, change);
  }

  async remove(on: Transaction, id: string): Promise<boolean> {
    return (await on.run('DELETE FROM announcement WHERE id = $1', [id])) > 0;
  }
}
