import { Entity, PrimaryColumn } from 'typeorm';

/** An announcement that a user has put away. */
@Entity('announcement_dismissal')
export class AnnouncementDismissalEntity {
  @PrimaryColumn('uuid')
  announcement!: string;

  @PrimaryColumn('uuid')
  app_user!: string;
}
