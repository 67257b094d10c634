import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Identity } from '../http/access.js';
import { accessClaims, AccessTokens, TOKEN_AUDIENCE, TOKEN_ISSUER } from './access-tokens.js';
import { Identities } from './identities.js';

/** passport-jwt over the access token of the Authorization header; never of a cookie or the query. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    tokens: AccessTokens,
    private readonly identities: Identities,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: ['HS256'],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      ignoreExpiration: false,
      secretOrKeyProvider: (
        _request: unknown,
        token: string,
        done: (error: unknown, secret?: string) => void,
      ) => {
        try {
          done(null, tokens.secretFor(token));
        } catch (error) {
          // Not one of our headers: passport answers 401.
          done(error);
        }
      },
    });
  }

  /** Called by passport once signature and times are good. */
  async validate(payload: unknown): Promise<Identity | false> {
    const claims = accessClaims.safeParse(payload);
    return claims.success ? ((await this.identities.of(claims.data)) ?? false) : false;
  }
}
