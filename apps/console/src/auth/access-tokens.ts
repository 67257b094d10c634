import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { z } from 'zod';
import { CONSOLE_LIMITS } from '../limits.js';
import { SETTINGS, type ConsoleSettings } from '../settings.js';

/** Issuer of every access token. */
export const TOKEN_ISSUER = 'weir';
/** Audience: a token for anything else is refused. */
export const TOKEN_AUDIENCE = 'weir-console';
/** RFC 9068 type: a refresh token or a foreign JWT is never taken for an access token. */
const TOKEN_TYPE = 'at+jwt';

/** What an access token says. Role and account are looked up anew with each use. */
export const accessClaims = z.object({
  /** User id. */
  sub: z.uuid(),
  /** Refresh-token family of the session. */
  sid: z.uuid(),
  /** Version of the user's tokens; a password change makes older ones worthless. */
  ver: z.number().int(),
  /** Expiry, seconds since 1970. */
  exp: z.number().int(),
});
export type AccessClaims = z.infer<typeof accessClaims>;

const header = z.object({ alg: z.literal('HS256'), typ: z.literal(TOKEN_TYPE), kid: z.string() });

/**
 * Signs and checks access tokens: HS256 only, ten minutes, `iss`, `aud`, `typ` and an allow-list of `kid`
 * (E-A4). Key material named by the token itself (`jku`, `jwk`, `x5u`) is never looked at.
 */
@Injectable()
export class AccessTokens {
  private readonly secrets: ReadonlyMap<string, string>;
  private readonly signingKid: string;

  constructor(
    private readonly jwt: JwtService,
    @Inject(SETTINGS) settings: ConsoleSettings,
  ) {
    this.secrets = new Map(settings.jwtSecrets.map((secret) => [kidOf(secret), secret]));
    const [newest] = this.secrets.keys();
    if (newest === undefined) throw new Error('No JWT secret is configured.');
    this.signingKid = newest;
  }

  /** A token for one session of one user. */
  sign(input: { userId: string; sessionFamily: string; tokenVersion: number }): string {
    return this.jwt.sign(
      { sid: input.sessionFamily, ver: input.tokenVersion },
      {
        secret: this.secretOf(this.signingKid),
        algorithm: 'HS256',
        subject: input.userId,
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        expiresIn: CONSOLE_LIMITS.accessTokenSeconds,
        header: { alg: 'HS256', typ: TOKEN_TYPE, kid: this.signingKid },
      },
    );
  }

  /** The secret that a token's header may be checked with; throws where the header is not ours. */
  secretFor(token: string): string {
    const [encoded = ''] = token.split('.', 1);
    const parsed = header.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')));
    return this.secretOf(parsed.kid);
  }

  /** The claims of a good token, or null. For sockets; REST goes through passport with the same rules. */
  verify(token: string): AccessClaims | null {
    try {
      return accessClaims.parse(
        this.jwt.verify(token, {
          secret: this.secretFor(token),
          algorithms: ['HS256'],
          issuer: TOKEN_ISSUER,
          audience: TOKEN_AUDIENCE,
        }),
      );
    } catch {
      // Expired, forged or not a token at all: the caller treats them alike.
      return null;
    }
  }

  private secretOf(kid: string): string {
    const secret = this.secrets.get(kid);
    if (secret === undefined) throw new Error('Unknown kid.');
    return secret;
  }
}

const kidOf = (secret: string): string =>
  createHash('sha256').update('kid:').update(secret).digest('hex').slice(0, 12);
