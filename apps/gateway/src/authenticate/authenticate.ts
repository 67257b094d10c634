import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCodeName } from '@weir/contracts';
import type { KeyEntry } from '../config-cache/key-entry.js';

const SECRET_CHARS_MAX = 200;

/** The secret a request carries, by any of the headers SDKs use; never from the query (E-K6). */
export function secretOf(headers: IncomingHttpHeaders): string | null {
  const authorization = headers.authorization;
  if (authorization !== undefined) {
    const secret = bearer(authorization);
    if (secret !== null) return secret;
  }
  return plainHeader(headers['x-api-key']) ?? plainHeader(headers['x-goog-api-key']);
}

function bearer(value: string): string | null {
  if (value.length < 8 || value.slice(0, 7).toLowerCase() !== 'bearer ') return null;
  return bounded(value.slice(7).trim());
}

function plainHeader(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? bounded(value.trim()) : null;
}

function bounded(secret: string): string | null {
  return secret.length > 0 && secret.length <= SECRET_CHARS_MAX ? secret : null;
}

/** Why a known key may not be used now, or null. `nowMs` is the database's clock. */
export function keyProblem(key: KeyEntry, nowMs: number): ErrorCodeName | null {
  if (key.revokedAtMs !== null && key.revokedAtMs <= nowMs) return 'invalid_api_key';
  if (!key.enabled) return 'api_key_disabled';
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) return 'api_key_expired';
  if (!key.ownerActive) return 'user_inactive';
  return null;
}
