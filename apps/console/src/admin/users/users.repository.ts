import { Injectable } from '@nestjs/common';
import type { Role } from '@weir/contracts';
import { Database, type Queries, type Transaction } from '../../database/database.js';
import { escapeLike } from '@weir/data';

/** A user as admins see it. Money is decimal text. */
export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
  readonly account: string;
  readonly tier: string;
  readonly tier_name: string;
  readonly balance: string;
  readonly created_at: string;
  readonly created_us: string;
  readonly last_seen_at: string | null;
}

const SELECT_USERS = `
SELECT u.id, u.email, u.name, u.role, u.active, u.account, t.id AS tier, t.name AS tier_name,
       nano_text(a.granted_nano + a.purchased_nano) AS balance, iso_text(u.created_at) AS created_at,
       (extract(epoch FROM u.created_at) * 1000000)::bigint AS created_us, iso_text(u.last_seen_at) AS last_seen_at
  FROM app_user u JOIN account a ON a.id = u.account JOIN tier t ON t.id = a.tier`;

/** Users of the installation; for admins alone. */
@Injectable()
export class AdminUsersRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** Newest first, one row more than asked for. */
  page(
    q: string | null,
    after: { createdUs: string; id: string } | null,
    limit: number,
  ): Promise<UserRow[]> {
    return this.database.many<UserRow>(
      `${SELECT_USERS} WHERE ($1::text IS NULL OR u.email ILIKE $1 OR u.name ILIKE $1)
          AND ($2::bigint IS NULL OR (u.created_at, u.id) < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::uuid))
        ORDER BY u.created_at DESC, u.id DESC LIMIT $4`,
      [
        q === null ? null : `%${escapeLike(q)}%`,
        after?.createdUs ?? null,
        after?.id ?? null,
        limit + 1,
      ],
    );
  }

  find(id: string, on: Queries = this.database): Promise<UserRow | undefined> {
    return on.one<UserRow>(`${SELECT_USERS} WHERE u.id = $1`, [id]);
  }

  async insert(
    on: Queries,
    user: {
      id: string;
      account: string;
      email: string;
      name: string;
      role: Role;
      passwordHash: string;
      mustChange: boolean;
    },
  ): Promise<void> {
    await on.run(
      'INSERT INTO app_user (id, email, name, role, password_hash, account, must_change_password) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [user.id, user.email, user.name, user.role, user.passwordHash, user.account, user.mustChange],
    );
  }

  async update(
    on: Queries,
    id: string,
    change: {
      name: string | null;
      role: Role | null;
      active: boolean | null;
      passwordHash: string | null;
    },
  ): Promise<void> {
    await on.run(
      `UPDATE app_user SET name = coalesce($2, name), role = coalesce($3, role), active = coalesce($4, active),
              password_hash = coalesce($5, password_hash), token_version = token_version + CASE WHEN $5::text IS NULL THEN 0 ELSE 1 END
        WHERE id = $1`,
      [id, change.name, change.role, change.active, change.passwordHash],
    );
  }

  /** Ends every session of a user. */
  async endSessions(on: Queries, id: string): Promise<void> {
    await on.run(
      'UPDATE refresh_session SET revoked_at = now() WHERE app_user = $1 AND revoked_at IS NULL',
      [id],
    );
  }

  async revokeKeys(on: Queries, accountId: string): Promise<void> {
    await on.run(
      'UPDATE api_key SET revoked_at = least(revoked_at, now()), updated_at = now() WHERE account = $1 AND (revoked_at IS NULL OR revoked_at > now())',
      [accountId],
    );
  }

  async setTier(on: Queries, accountId: string, tier: string): Promise<boolean> {
    return (
      (await on.run(
        'UPDATE account SET tier = $2 WHERE id = $1 AND EXISTS (SELECT 1 FROM tier WHERE id = $2)',
        [accountId, tier],
      )) > 0
    );
  }

  /** Active admins other than this one; locked, so that two admins cannot remove each other at once. */
  async otherAdmins(on: Queries, id: string): Promise<number> {
    const rows = await on.many<{ id: string }>(
      "SELECT id FROM app_user WHERE role = 'admin' AND active ORDER BY id FOR UPDATE",
    );
    return rows.filter((row) => row.id !== id).length;
  }
}
