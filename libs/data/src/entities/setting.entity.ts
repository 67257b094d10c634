import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A setting that admins change while Weir runs. */
@Entity('setting')
export class SettingEntity {
  @PrimaryColumn('text')
  name!: string;

  @Column('jsonb')
  value!: unknown;

  @Column('timestamptz')
  updated_at!: Date;
}
