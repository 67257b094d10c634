import { Injectable } from '@nestjs/common';
import type { Role } from '@weir/contracts';
import { Database, type Queries, type Transaction } from '../database/database.js';
import { CONSOLE_LIMITS } from '../limits.js';

/** A user as signing in needs it. */
export interface UserRow {
  readonly id: string;
  readonly account: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly password_hash: string;
  readonly must_change_password: boolean;
  readonly active: boolean;
  readonly token_version: number;
}

/** One link of a refresh family. Times are ages on the database's clock, so that ours does not matter. */
export interface RefreshRow {
  readonly id: string;
  readonly app_user: string;
  readonly family: string;
  readonly expired: boolean;
  readonly revoked: boolean;
  readonly rotated_ms_ago: number | null;
  readonly successor_used: boolean;
  readonly user_agent: string | null;
}

const USER =
  'u.id, u.account, u.email, u.name, u.role, u.password_hash, u.must_change_password, u.active, u.token_version';

/** Users and refresh sessions. The only repository that is asked before a tenant is known. */
@Injectable()
export class AuthRepository {
  constructor(private readonly database: Database) {}

  userByEmail(email: string): Promise<UserRow | undefined> {
    return this.database.one<UserRow>(
      `SELECT ${USER} FROM app_user u WHERE lower(u.email) = lower($1)`,
      [email],
    );
  }

  userById(id: string, on: Queries = this.database): Promise<UserRow | undefined> {
    return on.one<UserRow>(`SELECT ${USER} FROM app_user u WHERE u.id = $1`, [id]);
  }

  /** Those of the sessions whose user is active, whose tokens are current and whose family still lives. */
  identities(claims: readonly { sub: string; sid: string; ver: number }[]): Promise<
    {
      id: string;
      account: string;
      email: string;
      role: Role;
      must_change_password: boolean;
      family: string;
    }[]
  > {
    return this.database.many(
      `SELECT u.id, u.account, u.email, u.role, u.must_change_password, c.family
         FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS c(id, family, version)
         JOIN app_user u ON u.id = c.id AND u.token_version = c.version AND u.active
        WHERE EXISTS (SELECT 1 FROM refresh_session s WHERE s.family = c.family AND s.app_user = u.id AND s.revoked_at IS NULL)`,
      [claims.map((c) => c.sub), claims.map((c) => c.sid), claims.map((c) => c.ver)],
    );
  }

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  async insertSession(
    on: Queries,
    session: {
      id: string;
      userId: string;
      family: string;
      digest: string;
      userAgent: string | null;
      ip: string;
    },
  ): Promise<void> {
    await on.run(
      `INSERT INTO refresh_session (id, app_user, family, token_digest, expires_at, user_agent, ip)
       VALUES ($1, $2, $3, $4, now() + make_interval(days => $5), $6, $7)`,
      [
        session.id,
        session.userId,
        session.family,
        session.digest,
        CONSOLE_LIMITS.refreshTokenDays,
        session.userAgent,
        session.ip,
      ],
    );
    await on.run('UPDATE app_user SET last_seen_at = now() WHERE id = $1', [session.userId]);
  }

  /** Locks the link, so that two tabs with one token are served one after the other. */
  lockByDigest(on: Queries, digest: string): Promise<RefreshRow | undefined> {
    return on.one<RefreshRow>(
      `SELECT s.id, s.app_user, s.family, s.expires_at <= now() AS expired, s.revoked_at IS NOT NULL AS revoked,
              (extract(epoch FROM now() - s.rotated_at) * 1000)::float8 AS rotated_ms_ago, s.user_agent,
              coalesce((SELECT n.rotated_at IS NOT NULL FROM refresh_session n WHERE n.id = s.successor), false) AS successor_used
         FROM refresh_session s WHERE s.token_digest = $1 FOR UPDATE OF s`,
      [digest],
    );
  }

  async markRotated(on: Queries, id: string, successor: string): Promise<void> {
    await on.run('UPDATE refresh_session SET rotated_at = now(), successor = $2 WHERE id = $1', [
      id,
      successor,
    ]);
  }

  /** The one tolerated race of a rotated link is spent; its next use is a theft. */
  async spendRace(on: Queries, id: string): Promise<void> {
    await on.run('UPDATE refresh_session SET revoked_at = now() WHERE id = $1', [id]);
  }

  async revokeFamily(on: Queries, family: string): Promise<void> {
    await on.run(
      'UPDATE refresh_session SET revoked_at = now() WHERE family = $1 AND revoked_at IS NULL',
      [family],
    );
  }

  async revokeByDigest(digest: string): Promise<void> {
    await this.database.run(
      `UPDATE refresh_session SET revoked_at = now() WHERE revoked_at IS NULL
        AND family = (SELECT family FROM refresh_session WHERE token_digest = $1)`,
      [digest],
    );
  }

  /** Sets a new password and ends every session of the user. Answers the new token version. */
  async replacePassword(on: Queries, userId: string, hash: string): Promise<number> {
    await on.run(
      'UPDATE refresh_session SET revoked_at = now() WHERE app_user = $1 AND revoked_at IS NULL',
      [userId],
    );
    const row = await on.one<{ token_version: number }>(
      `UPDATE app_user SET password_hash = $2, must_change_password = false, token_version = token_version + 1
        WHERE id = $1 RETURNING token_version`,
      [userId, hash],
    );
    return row?.token_version ?? 0;
  }
}
