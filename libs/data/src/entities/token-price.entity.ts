import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { bigintColumn } from './columns.js';

/** Value in nano EUR of one effective token, effective-dated. */
@Entity('token_price')
export class TokenPriceEntity {
  /** Decimal text, as on the wire. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  version!: string;

  @Column('bigint', { transformer: bigintColumn })
  price_nano!: bigint;

  /** Nano of the ledger currency per EUR; null = not stated. */
  @Column('bigint', { transformer: bigintColumn, nullable: true })
  ledger_rate_nano!: bigint | null;

  @Column('timestamptz')
  valid_from!: Date;

  @Column('uuid', { nullable: true })
  created_by!: string | null;

  @Column('timestamptz')
  created_at!: Date;
}
