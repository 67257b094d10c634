import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import {
  ACCESS_METADATA,
  allows,
  BEFORE_PASSWORD_CHANGE_METADATA,
  type AccessRule,
} from '../http/access.js';
import { ApiError } from '../http/api-error.js';

/** Default deny: a route without an access rule is refused, and a test fails on it (E-Z1). */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    // Sockets authenticate in their handshake, before any message is read.
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    const rule = this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_METADATA, targets);
    if (rule === undefined) throw new ApiError('forbidden', 'This route has no access rule.');
    if (rule === 'public') return true;
    await super.canActivate(context);
    const { user } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!user) throw new ApiError('unauthenticated');
    if (!allows(rule, user.role)) throw new ApiError('forbidden');
    const early = this.reflector.getAllAndOverride<boolean | undefined>(
      BEFORE_PASSWORD_CHANGE_METADATA,
      targets,
    );
    if (user.mustChangePassword && early !== true) throw new ApiError('password_change_required');
    return true;
  }

  override handleRequest<T>(error: unknown, user: T | false | null | undefined): T {
    // What is wrong with a token is nobody's business; a database that is down is not the token's fault.
    if (error instanceof Error && !user && !isTokenError(error)) throw error;
    if (!user) throw new ApiError('unauthenticated');
    return user;
  }
}

/** Errors of parsing or verifying a token, as opposed to those of looking its user up. */
const isTokenError = (error: Error): boolean =>
  /^(ZodError|SyntaxError|JsonWebTokenError|TokenExpiredError|NotBeforeError)$/.test(
    error.constructor.name,
  ) || error.message === 'Unknown kid.';
