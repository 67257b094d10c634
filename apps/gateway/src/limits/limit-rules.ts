import type { LoadedKey } from '@weir/data';
import { WINDOW_MS } from '@weir/domain';

/** What a limit counts. */
export type LimitMeasure = 'requests' | 'tokens' | 'running';

/** Whose limit it is: the key's own, or one of its tier, which all keys of the account share. */
export type LimitScope = 'key' | 'account';

export type LimitName =
  | 'requests_per_minute'
  | 'tokens_per_minute'
  | 'concurrent_requests'
  | 'requests_5h'
  | 'requests_24h'
  | 'requests_7d';

/** One limit that a key's requests count against. */
export interface LimitRule {
  readonly scope: LimitScope;
  readonly name: LimitName;
  readonly measure: LimitMeasure;
  /** Requests, tokens or running requests. */
  readonly limit: number;
  /** Length of its rolling window, ms; 0 = what runs now. */
  readonly windowMs: number;
  /** Name of its counter: the same in every process, and the same after its limit was changed. */
  readonly counter: string;
  /** Whether its count outlives a restart: it is read back from the request rows. */
  readonly lasting: boolean;
}

/** A key's limits and whose they are. */
export interface KeyLimits {
  readonly key: string;
  readonly account: string;
  readonly rules: readonly LimitRule[];
  /** Length of the longest window that outlives a restart, ms; 0 = there is none. */
  readonly lastingMs: number;
  /** The largest limit of such a window, requests. */
  readonly lastingMax: number;
  /** Whether tokens are counted. */
  readonly countsTokens: boolean;
}

type Limited = Pick<
  LoadedKey,
  | 'id'
  | 'account'
  | 'requestsPerMinute'
  | 'tokensPerMinute'
  | 'concurrentRequests'
  | 'requests5h'
  | 'requests24h'
  | 'requests7d'
  | 'tierRequestsPerMinute'
  | 'tierTokensPerMinute'
  | 'tierConcurrentRequests'
>;

/**
 * The limits of a key and of its tier (decisions §4). The tier's are counted over all keys of the account, so a
 * second key gives no second allowance; a request has to fit under all of them, so the stricter wins and a key can
 * only narrow. Null when nothing is limited: then the path spends nothing on it.
 */
export function keyLimitsOf(key: Limited): KeyLimits | null {
  const rules: LimitRule[] = [];
  const add = (scope: LimitScope, name: LimitName, limit: number | null): void => {
    if (limit === null) return;
    const owner = scope === 'key' ? `k:${key.id}` : `a:${key.account}`;
    rules.push({ scope, name, limit, counter: `${owner}:${name}`, ...KINDS[name] });
  };
  add('key', 'concurrent_requests', key.concurrentRequests);
  add('account', 'concurrent_requests', key.tierConcurrentRequests);
  add('key', 'requests_per_minute', key.requestsPerMinute);
  add('account', 'requests_per_minute', key.tierRequestsPerMinute);
  add('key', 'tokens_per_minute', key.tokensPerMinute);
  add('account', 'tokens_per_minute', key.tierTokensPerMinute);
  add('key', 'requests_5h', offWhenZero(key.requests5h));
  add('key', 'requests_24h', offWhenZero(key.requests24h));
  add('key', 'requests_7d', offWhenZero(key.requests7d));
  if (rules.length === 0) return null;
  const lasting = rules.filter((rule) => rule.lasting);
  return {
    key: key.id,
    account: key.account,
    rules,
    lastingMs: Math.max(0, ...lasting.map(({ windowMs }) => windowMs)),
    lastingMax: Math.max(0, ...lasting.map(({ limit }) => limit)),
    countsTokens: rules.some(({ measure }) => measure === 'tokens'),
  };
}

type Kind = Pick<LimitRule, 'measure' | 'windowMs' | 'lasting'>;

const KINDS: Readonly<Record<LimitName, Kind>> = {
  concurrent_requests: { measure: 'running', windowMs: 0, lasting: false },
  requests_per_minute: { measure: 'requests', windowMs: WINDOW_MS.minute, lasting: false },
  tokens_per_minute: { measure: 'tokens', windowMs: WINDOW_MS.minute, lasting: false },
  requests_5h: { measure: 'requests', windowMs: WINDOW_MS.hours5, lasting: true },
  requests_24h: { measure: 'requests', windowMs: WINDOW_MS.hours24, lasting: true },
  requests_7d: { measure: 'requests', windowMs: WINDOW_MS.days7, lasting: true },
};

function offWhenZero(limit: number): number | null {
  return limit === 0 ? null : limit;
}
