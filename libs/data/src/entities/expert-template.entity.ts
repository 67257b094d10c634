import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A named set of experts (decisions §9). `cost_factor` in ten-thousandths. */
@Entity('expert_template')
export class ExpertTemplateEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('jsonb')
  definition!: unknown;

  @Column('int')
  cost_factor!: number;

  @Column('boolean')
  active!: boolean;

  @Column('int')
  version!: number;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  updated_at!: Date;
}
