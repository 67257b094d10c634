import type { ErrorCodeName } from '@weir/contracts';
import type { ProblemDetail } from '../refuse/error-body.js';
import type { LimitName } from './limit-rules.js';
import type { LimitRefusal } from './limit-verdict.js';

const WORDS: Readonly<Record<LimitName, string>> = {
  requests_per_minute: 'requests per minute',
  tokens_per_minute: 'tokens per minute',
  concurrent_requests: 'requests at once',
  requests_5h: 'requests in 5 hours',
  requests_24h: 'requests in 24 hours',
  requests_7d: 'requests in 7 days',
};

/** The code of a limit's refusal. */
export function limitCode({ rule }: LimitRefusal): ErrorCodeName {
  return rule.measure === 'running' ? 'concurrency_limit_exceeded' : 'rate_limit_exceeded';
}

/** The sentence and the figures of a limit's refusal (decisions §7). */
export function limitDetail(refusal: LimitRefusal): ProblemDetail {
  const { rule, used, amount, waitMs, state } = refusal;
  const owner = rule.scope === 'key' ? 'This key' : 'The account’s tier';
  const allows = `${owner} allows ${String(rule.limit)} ${WORDS[rule.name]}`;
  const retryAfterS = waitMs === null ? null : Math.max(1, Math.ceil(waitMs / 1000));
  // Of what runs now nobody knows when it ends.
  const resetAt = rule.measure === 'running' || waitMs === null ? null : state.atMs + waitMs;
  return {
    message: `${allows}; ${whyNot(refusal)}`,
    retryable: waitMs !== null,
    retryAfterS,
    figures: {
      limit: rule.limit,
      scope: `${rule.scope}_${rule.name}`,
      used,
      estimate: amount,
      reset_at: resetAt === null ? null : new Date(resetAt).toISOString(),
      retry_after: retryAfterS,
    },
  };
}

function whyNot({ rule, used, amount, waitMs }: LimitRefusal): string {
  if (waitMs === null) {
    return `this request alone may need ${String(amount)}. Lower max_tokens or shorten the input.`;
  }
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1000)));
  if (rule.measure === 'running') {
    return `${String(used)} are running. Retry when one of them has ended.`;
  }
  const asked = rule.measure === 'tokens' ? ` and this request may need ${String(amount)}` : '';
  return `${String(used)} count now${asked}. Retry in ${seconds} s.`;
}
