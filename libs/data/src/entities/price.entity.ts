import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { bigintColumn } from './columns.js';

/** An effective-dated price version, never updated. Nano per million tokens, `request_nano` per request; null = the default multiple of input. */
@Entity('price')
export class PriceEntity {
  /** Decimal text, as on the wire. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  version!: string;

  @Column('text')
  model!: string;

  @Column('uuid', { nullable: true })
  endpoint!: string | null;

  @Column('timestamptz')
  valid_from!: Date;

  @Column('bigint', { transformer: bigintColumn })
  input_nano!: bigint;

  @Column('bigint', { transformer: bigintColumn })
  output_nano!: bigint;

  @Column('bigint', { transformer: bigintColumn, nullable: true })
  cache_read_nano!: bigint | null;

  @Column('bigint', { transformer: bigintColumn, nullable: true })
  cache_write_5m_nano!: bigint | null;

  @Column('bigint', { transformer: bigintColumn, nullable: true })
  cache_write_1h_nano!: bigint | null;

  @Column('bigint', { transformer: bigintColumn, nullable: true })
  request_nano!: bigint | null;

  @Column('text')
  source!: 'catalogue' | 'manual' | 'provider' | 'sandbox';

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('uuid', { nullable: true })
  created_by!: string | null;

  @Column('timestamptz')
  created_at!: Date;
}
