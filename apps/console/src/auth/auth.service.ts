import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { ChangePasswordBody, LoginBody, Session } from '@weir/contracts';
import type { Queries } from '../database/database.js';
import { ApiError } from '../http/api-error.js';
import type { Identity } from '../http/access.js';
import { CONSOLE_LIMITS } from '../limits.js';
import { AccessTokens } from './access-tokens.js';
import { toSessionUser } from './auth.mapper.js';
import { AuthRepository, type RefreshRow, type UserRow } from './auth.repository.js';
import { ACCOUNT_RULE, ADDRESS_RULE, Throttle } from './login-throttle.js';
import { Passwords } from './passwords.js';

/** Where a call comes from. */
export interface Client {
  readonly ip: string;
  readonly userAgent: string | null;
}

/** A session and the refresh token that goes into the cookie. */
export interface OpenedSession {
  readonly session: Session;
  readonly refreshToken: string;
}

/**
 * Signing in and staying signed in. Refresh tokens are opaque and rotate with each use; presenting a used one
 * ends its whole family, for either its thief or its owner is one step behind. Two tabs of one browser may
 * race once, within ten seconds and before the newer token was used (E-A5).
 */
@Injectable()
export class AuthService {
  private readonly logger = new Logger('Auth');
  private readonly byAccount = new Throttle(ACCOUNT_RULE, CONSOLE_LIMITS.throttleEntriesMax);
  private readonly byAddress = new Throttle(ADDRESS_RULE, CONSOLE_LIMITS.throttleEntriesMax);

  constructor(
    private readonly repository: AuthRepository,
    private readonly tokens: AccessTokens,
    private readonly passwords: Passwords,
  ) {}

  async login(body: LoginBody, client: Client): Promise<OpenedSession> {
    const user = await this.guarded(body.email, client, async () => {
      const found = await this.repository.userByEmail(body.email);
      // The hash is computed for unknown and disabled users too: the time says nothing about them (E-A2).
      const right = await this.passwords.verify(body.password, found?.password_hash ?? null);
      return found && found.active && right ? found : null;
    });
    const opened = await this.repository.transaction((on) =>
      this.open(on, user, randomUUID(), client),
    );
    this.logger.log({ event: 'login', userId: user.id, ip: client.ip });
    return opened;
  }

  /** A new pair for a good refresh token. */
  async refresh(token: string | undefined, client: Client): Promise<OpenedSession> {
    if (token === undefined) throw new ApiError('unauthenticated');
    const outcome = await this.repository.transaction(async (on) => {
      const link = await this.repository.lockByDigest(on, digestOf(token));
      if (!link) return null;
      if (isReuse(link, client)) {
        // Committed, not thrown: a rollback would undo the revocation.
        await this.repository.revokeFamily(on, link.family);
        this.logger.warn({
          event: 'refresh-reuse',
          userId: link.app_user,
          family: link.family,
          ip: client.ip,
        });
        return null;
      }
      const user = await this.repository.userById(link.app_user, on);
      if (link.expired || !user?.active) return null;
      const opened = await this.open(on, user, link.family, client);
      if (link.rotated_ms_ago === null)
        await this.repository.markRotated(on, link.id, opened.linkId);
      else await this.repository.spendRace(on, link.id);
      return opened;
    });
    if (!outcome) throw new ApiError('unauthenticated', 'The session has ended. Sign in again.');
    return outcome;
  }

  /** Ends the session of the cookie and that of the bearer token, whichever were sent. */
  async logout(token: string | undefined, authorization: string | undefined): Promise<void> {
    if (token !== undefined) await this.repository.revokeByDigest(digestOf(token));
    const claims = this.tokens.verify(authorization?.replace(/^Bearer /i, '') ?? '');
    if (claims)
      await this.repository.transaction((on) => this.repository.revokeFamily(on, claims.sid));
  }

  /** Ends every other session and opens a new one for the caller. */
  async changePassword(
    caller: Identity,
    body: ChangePasswordBody,
    client: Client,
  ): Promise<OpenedSession> {
    const user = await this.guarded(caller.email, client, async () => {
      const found = await this.repository.userById(caller.userId);
      return found && (await this.passwords.verify(body.current_password, found.password_hash))
        ? found
        : null;
    });
    if (body.current_password === body.new_password)
      throw new ApiError(
        'validation_failed',
        'Choose a password that differs from the present one.',
        {
          errors: [{ path: 'new_password', message: 'Choose a different one.' }],
        },
      );
    const hash = await this.passwords.hash(body.new_password);
    return this.repository.transaction(async (on) => {
      const version = await this.repository.replacePassword(on, user.id, hash);
      await on.money.auditAppend({
        actor: user.id,
        action: 'password.change',
        target: `app_user:${user.id}`,
        ip: client.ip,
      });
      return this.open(
        on,
        { ...user, token_version: version, must_change_password: false },
        randomUUID(),
        client,
      );
    });
  }

  /** Runs one guess under both throttles; a right one gives its count back. */
  private async guarded(
    email: string,
    client: Client,
    guess: () => Promise<UserRow | null>,
  ): Promise<UserRow> {
    const account = email.toLowerCase();
    const waitMs = Math.max(this.byAccount.waitMs(account), this.byAddress.waitMs(client.ip));
    if (waitMs > 0)
      throw new ApiError('too_many_attempts', undefined, {
        retryAfterSeconds: Math.ceil(waitMs / 1_000),
      });
    this.byAccount.count(account);
    this.byAddress.count(client.ip);
    const user = await guess();
    if (!user) {
      this.logger.warn({ event: 'login-failed', ip: client.ip });
      throw new ApiError('invalid_credentials');
    }
    this.byAccount.forgive(account, true);
    this.byAddress.forgive(client.ip, false);
    return user;
  }

  private async open(
    on: Queries,
    user: UserRow,
    family: string,
    client: Client,
  ): Promise<OpenedSession & { linkId: string }> {
    const refreshToken = randomBytes(32).toString('base64url');
    const linkId = randomUUID();
    await this.repository.insertSession(on, {
      id: linkId,
      userId: user.id,
      family,
      digest: digestOf(refreshToken),
      userAgent: client.userAgent,
      ip: client.ip,
    });
    const access_token = this.tokens.sign({
      userId: user.id,
      sessionFamily: family,
      tokenVersion: user.token_version,
    });
    return {
      linkId,
      refreshToken,
      session: {
        access_token,
        expires_in: CONSOLE_LIMITS.accessTokenSeconds,
        user: toSessionUser(user),
      },
    };
  }
}

/** Whether presenting this link means that somebody holds a copy of it. */
function isReuse(link: RefreshRow, client: Client): boolean {
  if (link.revoked) return true;
  if (link.rotated_ms_ago === null) return false;
  const sameBrowser = link.user_agent === client.userAgent;
  return link.rotated_ms_ago > CONSOLE_LIMITS.refreshRaceMs || link.successor_used || !sameBrowser;
}

const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');
