import type { ErrorCodeName } from '@weir/contracts';
import { measure, outputCap } from '../admit/measure.js';
import type { GatewayLimits } from '../limits.js';
import type { ProblemDetail } from '../refuse/error-body.js';
import type { Exchange } from '../request/exchange.js';
import type { Entry, KeyLimiter } from './key-limiter.js';
import { LimitGrant } from './limit-grant.js';
import { limitCode, limitDetail } from './limit-refusal-detail.js';
import type { KeyLimits } from './limit-rules.js';

/** Who goes on with a request that its key's limits let pass. */
export interface LimitsOwner {
  onWithinLimits(x: Exchange): void;
  onRefused(x: Exchange, code: ErrorCodeName, detail: ProblemDetail): void;
}

interface Services {
  readonly limiter: KeyLimiter;
  readonly limits: GatewayLimits;
}

/** Counts a request against the limits of its key and tier. Only called for keys that have any. */
export function passLimits(
  x: Exchange,
  keyLimits: KeyLimits,
  services: Services,
  owner: LimitsOwner,
): void {
  const tokens = keyLimits.countsTokens ? tokensOf(x, keyLimits, services.limits) : 0;
  const entry = services.limiter.enter(keyLimits, tokens);
  if (!(entry instanceof Promise)) {
    entered(x, entry, services, owner);
    return;
  }
  entry.then(
    (known) => {
      entered(x, known, services, owner);
    },
    () => {
      // A lasting window could not be read: nobody knows whether there is room in it.
      owner.onRefused(x, 'storage_unavailable', { retryAfterS: 2 });
    },
  );
}

function entered(x: Exchange, entry: Entry, services: Services, owner: LimitsOwner): void {
  if (!(entry instanceof LimitGrant)) {
    x.rateState = entry.state;
    owner.onRefused(x, limitCode(entry), limitDetail(entry));
    return;
  }
  if (x.phase === 'ended') {
    services.limiter.leave(entry, false);
    return;
  }
  x.limitGrant = entry;
  x.rateState = entry.state;
  owner.onWithinLimits(x);
}

/**
 * What a request counts with until its true usage is known: the input as estimated and the output it asks for.
 * One that names no bound is counted with a guess, never with more than the strictest limit has.
 */
function tokensOf(x: Exchange, { rules }: KeyLimits, limits: GatewayLimits): number {
  measure(x);
  const input = x.inputTokensEstimate;
  const named = x.route.operation === 'embeddings' || x.call?.reading.maxTokens != null;
  if (named) return input + outputCap(x, limits);
  let least = Number.POSITIVE_INFINITY;
  for (const rule of rules) if (rule.measure === 'tokens') least = Math.min(least, rule.limit);
  const guess = Math.min(outputCap(x, limits), limits.outputTokensGuess);
  return input + Math.max(0, Math.min(guess, least - input));
}
