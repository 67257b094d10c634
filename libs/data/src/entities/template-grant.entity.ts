import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which account may use which expert template. */
@Entity('template_grant')
export class TemplateGrantEntity {
  @PrimaryColumn('uuid')
  template!: string;

  @PrimaryColumn('uuid')
  account!: string;

  @Column('timestamptz')
  granted_at!: Date;
}
