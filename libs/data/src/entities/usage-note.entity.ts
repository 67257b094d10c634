import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A private note of one user on one request. */
@Entity('usage_note')
export class UsageNoteEntity {
  @PrimaryColumn('uuid')
  request!: string;

  @PrimaryColumn('uuid')
  author!: string;

  @Column('text')
  note!: string;

  @Column('timestamptz')
  updated_at!: Date;
}
