import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A message of the admins to everyone. */
@Entity('announcement')
export class AnnouncementEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  title!: string;

  @Column('text')
  body!: string;

  @Column('text')
  level!: 'info' | 'warning' | 'critical';

  @Column('timestamptz')
  starts_at!: Date;

  @Column('timestamptz', { nullable: true })
  ends_at!: Date | null;

  @Column('uuid', { nullable: true })
  created_by!: string | null;

  @Column('timestamptz')
  created_at!: Date;
}
