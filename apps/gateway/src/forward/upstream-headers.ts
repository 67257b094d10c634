import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ServedEndpoint } from '../config-cache/served-endpoint.js';
import type { ProxyRoute } from '../request/proxy-route.js';

/**
 * Headers by allow-list, both ways (E-H1). Upstream gets what we set plus what its provider's
 * `forward_headers` names; the client gets our own headers plus the few below. Everything else, known or
 * unknown, stays on its side.
 */

/** Names that are never forwarded, whatever a provider's list says. */
const NEVER_FORWARDED: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'cookie',
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'expect',
  'accept-encoding',
  'forwarded',
]);

/** Compiled `forward_headers` of one provider: exact names and `prefix*`. */
export class ForwardedHeaders {
  readonly #exact: ReadonlySet<string>;
  readonly #prefixes: readonly string[];

  constructor(names: readonly string[]) {
    const lower = names.map((name) => name.toLowerCase());
    this.#exact = new Set(lower.filter((name) => !name.endsWith('*')));
    this.#prefixes = lower
      .filter((name) => name.endsWith('*') && name.length > 1)
      .map((name) => name.slice(0, -1));
  }

  /** Whether nothing is forwarded: the endpoint's ready-made header list is used as it is. */
  get none(): boolean {
    return this.#exact.size === 0 && this.#prefixes.length === 0;
  }

  /** `base` plus the request's headers that may pass; `base` itself when there are none. */
  added(base: string[], rawHeaders: readonly string[]): string[] {
    let all: string[] | null = null;
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = (rawHeaders[i] ?? '').toLowerCase();
      if (!this.#passes(name)) continue;
      all ??= [...base];
      all.push(name, rawHeaders[i + 1] ?? '');
    }
    return all ?? base;
  }

  #passes(name: string): boolean {
    if (NEVER_FORWARDED.has(name) || name.startsWith('x-forwarded-')) return false;
    return this.#exact.has(name) || this.#prefixes.some((prefix) => name.startsWith(prefix));
  }
}

/** Headers of one request to an endpoint: the endpoint's own list where nothing of the client's passes. */
export function requestHeaders(
  { headers, forwarded, dialect }: ServedEndpoint,
  route: ProxyRoute,
  req: IncomingMessage,
): string[] {
  const all = forwarded.none ? headers : forwarded.added(headers, req.rawHeaders);
  return dialect === 'anthropic' && route.dialect === 'anthropic'
    ? withAnthropicHeaders(all, req.headers)
    : all;
}

/** A client of Anthropic's own dialect chooses its version and betas itself. */
const ANTHROPIC_CHOICES = ['anthropic-version', 'anthropic-beta'] as const;

function withAnthropicHeaders(headers: string[], given: IncomingHttpHeaders): string[] {
  let all = headers;
  for (const name of ANTHROPIC_CHOICES) {
    const value = given[name];
    if (typeof value !== 'string' || value === '') continue;
    const at = all.indexOf(name);
    all = at < 0 ? [...all, name, value] : all.with(at + 1, value);
  }
  return all;
}

/** Answer headers of an upstream that clients get. */
const RETURNED = ['openai-processing-ms', 'openai-version'] as const;

/** What the gateway itself needs of an answer's head. */
export interface AnswerHead {
  readonly contentType: string;
  readonly encoded: boolean;
  /** Flat list of the headers that pass. */
  readonly passed: readonly string[];
}

const NOTHING_PASSED: readonly string[] = [];

/** Reads an answer's head. */
export function readAnswerHead(headers: IncomingHttpHeaders): AnswerHead {
  const encoding = headers['content-encoding'];
  let passed: string[] | null = null;
  for (const name of RETURNED) {
    const value = headers[name];
    if (typeof value !== 'string') continue;
    passed ??= [];
    passed.push(name, value);
  }
  return {
    contentType: headers['content-type'] ?? '',
    encoded: encoding !== undefined && encoding !== 'identity',
    passed: passed ?? NOTHING_PASSED,
  };
}

/** How long an error's head asks to be left alone, seconds: `retry-after-ms`, else `Retry-After`; null = it does not. */
export function retryAfterSeconds(headers: IncomingHttpHeaders): number | null {
  const { 'retry-after-ms': ms, 'retry-after': text } = headers;
  if (typeof ms === 'string' && Number.isFinite(Number(ms))) return Math.max(0, Number(ms) / 1_000);
  if (text === undefined) return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, (at - Date.now()) / 1_000);
}
