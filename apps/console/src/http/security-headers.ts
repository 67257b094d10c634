import type { FastifyInstance } from 'fastify';

/** Paths whose answers are data: never cached, never framed, never run. */
export const isApiPath = (path: string): boolean =>
  /^\/(api|user\/api|user\/alerts|healthz|readyz|metrics|socket\.io)(\/|$)/.test(path);

/**
 * Headers of every answer (E-X3). The page itself adds its policy with a nonce; everything else may load
 * nothing at all.
 */
export function addSecurityHeaders(server: FastifyInstance, secure: boolean): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    });
    if (secure) void reply.header('strict-transport-security', 'max-age=31536000');
    if (isApiPath(request.url.split('?', 1)[0] ?? '/'))
      void reply.header('cache-control', 'no-store');
    done();
  });
}

/** The policy of the page: no inline script, styles by nonce, own origin only, Trusted Types. */
export function pagePolicy(nonce: string, socketOrigin: string): string {
  return [
    "default-src 'self'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src 'self' ${socketOrigin}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types angular angular#bundler',
  ].join('; ');
}
