import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person who may sign in. `email` is unique without regard to case; `token_version` rises to end all access tokens. */
@Entity('app_user')
export class AppUserEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  email!: string;

  @Column('text')
  name!: string;

  @Column('text')
  role!: 'user' | 'operator' | 'admin';

  @Column('text', { select: false })
  password_hash!: string;

  @Column('boolean')
  must_change_password!: boolean;

  @Column('uuid')
  account!: string;

  @Column('boolean')
  active!: boolean;

  @Column('text', { nullable: true })
  time_zone!: string | null;

  @Column('text')
  locale!: string;

  @Column('int')
  token_version!: number;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz', { nullable: true })
  last_seen_at!: Date | null;
}
