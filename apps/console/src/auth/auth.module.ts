import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { AccessGuard } from './access.guard.js';
import { AccessTokens } from './access-tokens.js';
import { AuthController } from './auth.controller.js';
import { AuthRepository } from './auth.repository.js';
import { AuthService } from './auth.service.js';
import { Identities } from './identities.js';
import { JwtStrategy } from './jwt.strategy.js';
import { Passwords } from './passwords.js';

/** Global, for the guard of every route and the handshake of every socket stand on it. */
@Global()
@Module({
  imports: [JwtModule.register({})],
  controllers: [AuthController],
  providers: [
    AuthService,
    AuthRepository,
    AccessTokens,
    Identities,
    JwtStrategy,
    Passwords,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [AccessTokens, Identities, Passwords],
})
export class AuthModule {}
