import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A model at a provider, under the name that the provider gives it. */
@Entity('endpoint')
export class EndpointEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  provider!: string;

  @Column('text')
  model!: string;

  @Column('text')
  upstream_model!: string;

  @Column('text', { nullable: true })
  region!: string | null;

  @Column('int')
  priority!: number;

  @Column('int')
  weight!: number;

  /** Grams of CO₂e per 1,000 tokens; null = unknown. */
  @Column('double precision', { nullable: true })
  carbon_grams_per_1k!: number | null;

  @Column('boolean')
  enabled!: boolean;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  updated_at!: Date;
}
