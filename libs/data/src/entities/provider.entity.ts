import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An upstream. `credential` is encrypted; `credential_hint` is what screens may show of it. */
@Entity('provider')
export class ProviderEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: 'openai' | 'anthropic' | 'gemini';

  @Column('text')
  base_url!: string;

  @Column('text', { nullable: true, select: false })
  credential!: string | null;

  @Column('text', { nullable: true })
  credential_hint!: string | null;

  @Column('text', { nullable: true })
  region!: string | null;

  @Column('boolean')
  enabled!: boolean;

  @Column('int')
  cost_factor!: number;

  @Column('text', { array: true })
  forward_headers!: string[];

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  updated_at!: Date;
}
