import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who pays. The money columns are left out on purpose: only SQL functions write them, and the role could not. */
@Entity('account')
export class AccountEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('uuid')
  tier!: string;

  @Column('uuid', { nullable: true })
  template!: string | null;

  /** How its requests are routed; null = by the default. */
  @Column('jsonb', { nullable: true })
  routing!: unknown;

  @Column({ type: 'text', insert: false, update: false })
  budget_type!: 'subscription' | 'onetime';

  @Column({ type: 'timestamptz', insert: false, update: false })
  created_at!: Date;
}
