import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A message to an account; made by `notificationCreate`, which also writes its live event. */
@Entity('notification')
export class NotificationEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  account!: string;

  @Column('text')
  kind!: string;

  @Column('text')
  title!: string;

  @Column('text')
  body!: string;

  @Column('jsonb')
  data!: unknown;

  @Column('text')
  dedupe!: string;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz', { nullable: true })
  read_at!: Date | null;
}
