import { SetMetadata, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Role } from '@weir/contracts';

/** Who may call a route. `operator` includes admins; `user` includes both. */
export type AccessRule = Role | 'public';

/** Reflector key of {@link Access}. A handler without it is refused (default deny, E-Z1). */
export const ACCESS_METADATA = 'weir:access';
/** Reflector key of {@link BeforePasswordChange}. */
export const BEFORE_PASSWORD_CHANGE_METADATA = 'weir:before-password-change';

/** Names who may call a route. Every handler or its controller carries exactly one. */
export const Access = (rule: AccessRule): MethodDecorator & ClassDecorator =>
  SetMetadata(ACCESS_METADATA, rule);

/** The route stays usable while a one-time password waits to be changed. */
export const BeforePasswordChange = (): MethodDecorator =>
  SetMetadata(BEFORE_PASSWORD_CHANGE_METADATA, true);

/** The signed-in person behind a request or socket, as PostgreSQL says at this moment. */
export interface Identity {
  readonly userId: string;
  /** The tenant: every repository call takes it. */
  readonly accountId: string;
  readonly email: string;
  readonly role: Role;
  /** Refresh-token family of the session; logging out ends it. */
  readonly sessionFamily: string;
  readonly mustChangePassword: boolean;
}

const RANK: Record<Role, number> = { user: 0, operator: 1, admin: 2 };

/** Whether a role may call a route of the rule. */
export const allows = (rule: Role, role: Role): boolean => RANK[role] >= RANK[rule];

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access guard on every route that is not public. */
    user?: Identity;
  }
}

/** The caller; only on routes that are not public. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Identity => {
  const { user } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!user) throw new Error('A public route asked for its caller.');
  return user;
});

/** The client's address as Fastify's trust in proxies gives it. */
export const ClientIp = createParamDecorator(
  (_: unknown, context: ExecutionContext): string =>
    context.switchToHttp().getRequest<FastifyRequest>().ip,
);
