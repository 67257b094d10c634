import { Injectable } from '@nestjs/common';
import type { Identity } from '../http/access.js';
import type { AccessClaims } from './access-tokens.js';
import { AuthRepository } from './auth.repository.js';

/**
 * Who stands behind a token at this moment. One look-up by primary key per call, so that logging out, a
 * changed password or role and a disabled user act at once and not when the token ends (E-A8).
 */
@Injectable()
export class Identities {
  constructor(private readonly repository: AuthRepository) {}

  /** The identity, or null when the session has ended since the token was signed. */
  async of(claims: Pick<AccessClaims, 'sub' | 'sid' | 'ver'>): Promise<Identity | null> {
    const [row] = await this.repository.identities([claims]);
    if (!row) return null;
    return {
      userId: row.id,
      accountId: row.account,
      email: row.email,
      role: row.role,
      sessionFamily: claims.sid,
      mustChangePassword: row.must_change_password,
    };
  }

  /** Which of the sessions are still good: for sockets that stay connected. */
  async stillGood(
    claims: readonly Pick<AccessClaims, 'sub' | 'sid' | 'ver'>[],
  ): Promise<Map<string, Identity>> {
    const rows = await this.repository.identities(claims);
    return new Map(
      rows.map((row) => [
        `${row.id}:${row.family}`,
        {
          userId: row.id,
          accountId: row.account,
          email: row.email,
          role: row.role,
          sessionFamily: row.family,
          mustChangePassword: row.must_change_password,
        },
      ]),
    );
  }
}
