import { Injectable } from '@nestjs/common';
import type { AnnouncementView } from '@weir/contracts';
import { Database } from '../database/database.js';

@Injectable()
export class AnnouncementsRepository {
  constructor(private readonly database: Database) {}

  /** What runs now and this user has not dismissed, newest first. */
  current(userId: string): Promise<AnnouncementView[]> {
    return this.database.many<AnnouncementView>(
      `SELECT a.id, a.title, a.body, a.level, iso_text(a.starts_at) AS starts_at, iso_text(a.ends_at) AS ends_at FROM announcement a
        WHERE a.starts_at <= now() AND (a.ends_at IS NULL OR a.ends_at > now())
          AND NOT EXISTS (SELECT 1 FROM announcement_dismissal d WHERE d.announcement = a.id AND d.app_user = $1)
        ORDER BY a.starts_at DESC, a.id LIMIT 100`,
      [userId],
    );
  }

  /** Whether there is such an announcement; dismissing twice is harmless. */
  async dismiss(userId: string, id: string): Promise<boolean> {
    const row = await this.database.one(
      `WITH a AS (SELECT id FROM announcement WHERE id = $2),
            d AS (INSERT INTO announcement_dismissal (announcement, app_user) SELECT id, $1 FROM a ON CONFLICT DO NOTHING)
       SELECT id FROM a`,
      [userId, id],
    );
    return row !== undefined;
  }
}
