/**
 * Whether another endpoint may be tried. Only before the client got a byte, only for faults that are not the client's,
 * at most three attempts, none begun later than ten seconds after the first.
 */

/** How an attempt at an endpoint ended. */
export type AttemptOutcome =
  | 'ok'
  /** An answer with a status that is not a success. */
  | 'status'
  /** No connection: refused, unknown host, TLS, or an address that may not be called. */
  | 'connect'
  /** No first byte in time. */
  | 'timeout'
  /** The connection broke. */
  | 'reset'
  /** A redirect, which is not followed. */
  | 'redirect'
  /** An answer in an encoding that was not asked for. */
  | 'encoding'
  /** We ended it: the client left, or an operator killed the request. */
  | 'cancelled';

/** Attempts at one request, the first included. */
export const ATTEMPTS_MAX = 3;

/** No attempt begins later than this after the first, ms. */
export const FAILOVER_WINDOW_MS = 10_000;

/** What the decision depends on. */
export interface FailoverInput {
  readonly outcome: AttemptOutcome;
  /** Status of the answer; null without one. */
  readonly status: number | null;
  /** Whether the provider refused the content itself. */
  readonly contentPolicy: boolean;
  /** Attempts begun so far. */
  readonly attempts: number;
  /** Time since the first attempt began, ms. */
  readonly sinceFirstMs: number;
  /** Whether anything of an answer was given to the client. */
  readonly answered: boolean;
  /** Whether the request allows other endpoints. */
  readonly fallback: boolean;
}

const OWN_FAULT_STATUSES: ReadonlySet<number> = new Set([401, 402, 403, 408, 409, 429]);

/** Whether a status is the provider's trouble or our credential's, not the client's mistake. */
export function isFailoverStatus(status: number): boolean {
  return status >= 500 || OWN_FAULT_STATUSES.has(status);
}

/** Whether the attempt's end is a fault of the endpoint: counts against its health. */
export function isEndpointFault(
  outcome: AttemptOutcome,
  status: number | null,
  contentPolicy = false,
): boolean {
  switch (outcome) {
    case 'ok':
    case 'cancelled':
      return false;
    case 'status':
      return !contentPolicy && status !== null && isFailoverStatus(status);
    case 'connect':
    case 'timeout':
    case 'reset':
    case 'redirect':
    case 'encoding':
      return true;
  }
}

/** Whether the next candidate may be tried. */
export function mayFailover(input: FailoverInput): boolean {
  if (input.answered || !input.fallback) return false;
  if (input.attempts >= ATTEMPTS_MAX || input.sinceFirstMs > FAILOVER_WINDOW_MS) return false;
  return isEndpointFault(input.outcome, input.status, input.contentPolicy);
}
