import { Injectable } from '@nestjs/common';
import type { Role, UpdateMeBody } from '@weir/contracts';
import { Database } from '../database/database.js';
import { REFUSAL_CODES } from '../usage/counting.js';

/** The caller with account, tier and lifetime figure. */
export interface MeRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly must_change_password: boolean;
  readonly account: string;
  readonly tier: string;
  readonly tier_name: string;
  readonly lifetime_requests: string;
  readonly time_zone: string | null;
  readonly locale: string;
}

@Injectable()
export class MeRepository {
  constructor(private readonly database: Database) {}

  find(accountId: string, userId: string): Promise<MeRow | undefined> {
    return this.database.one<MeRow>(
      `SELECT u.id, u.email, u.name, u.role, u.must_change_password, u.account, t.id AS tier, t.name AS tier_name,
              (SELECT coalesce(sum(r.requests), 0) FROM usage_rollup r WHERE r.account = u.account AND r.status <> ALL ($3)) AS lifetime_requests,
              u.time_zone, u.locale
         FROM app_user u JOIN account a ON a.id = u.account JOIN tier t ON t.id = a.tier
        WHERE u.id = $2 AND u.account = $1`,
      [accountId, userId, REFUSAL_CODES],
    );
  }

  async update(accountId: string, userId: string, body: UpdateMeBody): Promise<void> {
    await this.database.run(
      `UPDATE app_user SET name = coalesce($3, name), locale = coalesce($4, locale),
              time_zone = CASE WHEN $5 THEN $6 ELSE time_zone END
        WHERE id = $2 AND account = $1`,
      [
        accountId,
        userId,
        body.name ?? null,
        body.locale ?? null,
        body.time_zone !== undefined,
        body.time_zone ?? null,
      ],
    );
  }
}
