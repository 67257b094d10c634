import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One of our keys. `digest` is all that is kept of its secret; `requests_5h`, `_24h`, `_7d` are rolling windows, 0 = off. */
@Entity('api_key')
export class ApiKeyEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  account!: string;

  @Column('uuid', { nullable: true })
  created_by!: string | null;

  @Column('text')
  label!: string;

  @Column('text')
  prefix!: string;

  @Column('text')
  last4!: string;

  @Column('text', { select: false })
  digest!: string;

  @Column('boolean')
  enabled!: boolean;

  @Column('timestamptz', { nullable: true })
  expires_at!: Date | null;

  @Column('timestamptz', { nullable: true })
  revoked_at!: Date | null;

  @Column('boolean')
  hidden!: boolean;

  @Column('text', { array: true })
  routes!: string[];

  @Column('text', { array: true, nullable: true })
  allowed_models!: string[] | null;

  @Column('text', { nullable: true })
  region_pin!: string | null;

  @Column('text', { array: true })
  ip_allow!: string[];

  @Column('text', { array: true })
  ip_deny!: string[];

  @Column('int', { nullable: true })
  requests_per_minute!: number | null;

  @Column('int', { nullable: true })
  tokens_per_minute!: number | null;

  @Column('int', { nullable: true })
  concurrent_requests!: number | null;

  @Column('int')
  requests_5h!: number;

  @Column('int')
  requests_24h!: number;

  @Column('int')
  requests_7d!: number;

  @Column('jsonb', { nullable: true })
  routing!: unknown;

  @Column('uuid', { nullable: true })
  template!: string | null;

  @Column('boolean')
  prefer_low_carbon!: boolean;

  @Column('uuid', { nullable: true })
  successor!: string | null;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  updated_at!: Date;
}
