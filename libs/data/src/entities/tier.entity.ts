import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintColumn } from './columns.js';

/** Default limits of the accounts in it. `price_factor` in ten-thousandths. */
@Entity('tier')
export class TierEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('boolean')
  is_default!: boolean;

  @Column('int')
  price_factor!: number;

  @Column('text', { array: true, nullable: true })
  allowed_models!: string[] | null;

  @Column('int', { nullable: true })
  requests_per_minute!: number | null;

  @Column('int', { nullable: true })
  tokens_per_minute!: number | null;

  @Column('int', { nullable: true })
  concurrent_requests!: number | null;

  @Column('bigint', { transformer: bigintColumn })
  monthly_credit_nano!: bigint;

  @Column('timestamptz')
  created_at!: Date;
}
