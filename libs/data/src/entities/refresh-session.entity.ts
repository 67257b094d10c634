import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One refresh token. Rotation makes a successor of the same `family`; use of a rotated token revokes the family. */
@Entity('refresh_session')
export class RefreshSessionEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  app_user!: string;

  @Column('uuid')
  family!: string;

  @Column('text')
  token_digest!: string;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  expires_at!: Date;

  @Column('timestamptz', { nullable: true })
  rotated_at!: Date | null;

  @Column('uuid', { nullable: true })
  successor!: string | null;

  @Column('timestamptz', { nullable: true })
  revoked_at!: Date | null;

  @Column('text', { nullable: true })
  user_agent!: string | null;

  @Column('inet', { nullable: true })
  ip!: string | null;
}
