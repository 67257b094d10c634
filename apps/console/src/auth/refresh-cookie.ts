import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.js';
import { CONSOLE_LIMITS } from '../limits.js';

/**
 * The refresh token's cookie (E-A6). Over https it is a `__Host-` cookie, which no subdomain and no plain
 * connection can set. Over plain http on loopback browsers refuse that name, so there it is narrowed by path.
 */
export function cookieName(secure: boolean): string {
  return secure ? '__Host-weir_refresh' : 'weir_refresh';
}

const attributes = (secure: boolean) =>
  ({
    httpOnly: true,
    secure,
    sameSite: 'strict',
    path: secure ? '/' : '/api/auth',
  }) as const;

/** Hands the token to the browser, out of reach of scripts. */
export function setRefreshCookie(reply: FastifyReply, token: string, secure: boolean): void {
  void reply.setCookie(cookieName(secure), token, {
    ...attributes(secure),
    maxAge: CONSOLE_LIMITS.refreshTokenDays * 86_400,
  });
}

export function clearRefreshCookie(reply: FastifyReply, secure: boolean): void {
  void reply.clearCookie(cookieName(secure), attributes(secure));
}

export function readRefreshCookie(request: FastifyRequest, secure: boolean): string | undefined {
  const token = request.cookies[cookieName(secure)];
  return token !== undefined && /^[A-Za-z0-9_-]{43}$/.test(token) ? token : undefined;
}

/**
 * Whether a request comes from our own page: browsers name the origin of every cross-site POST. Requests
 * without an Origin are no browser's; where cookies count they also need the header that no form can send.
 */
export function assertOwnOrigin(
  request: Pick<FastifyRequest, 'headers'>,
  publicUrl: string,
  needsHeader: boolean,
): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (
    site === 'cross-site' ||
    (typeof origin === 'string' && !isOwnOrigin(origin, host, publicUrl))
  )
    throw new ApiError('forbidden', 'This address may only be called from the dashboard itself.');
  if (needsHeader && request.headers['x-weir-csrf'] !== '1')
    throw new ApiError('forbidden', 'Send the header `x-weir-csrf: 1`.');
}

/** Own origin: PUBLIC_URL's, or the very host that was called. */
export function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string): boolean {
  const given = URL.parse(origin);
  if (!given) return false;
  return given.origin === new URL(publicUrl).origin || (host !== undefined && given.host === host);
}
