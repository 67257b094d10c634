/** Refusals as values, with the figures a person needs to act. */
import { nextResetMs, onlyInFlight } from '@weir/domain';
import type { DeskRefusal } from '@weir/domain';
import type { Kind, Refusal } from './money-path.types.js';

/** Seconds after which what running requests hold may be free. */
const IN_FLIGHT_RETRY_S = 1;

type AllowanceRefusal = Extract<DeskRefusal, { reason: 'allowance' }>;

/** Why the desk refused, in the words of the interface. `nowMs` on the database's clock. */
export function refusalOf(
  refusal: DeskRefusal,
  costNano: bigint,
  nowMs: number,
  storageRetryS: number,
): Refusal {
  if (refusal.reason === 'allowance') return refuseByAllowance(refusal, nowMs);
  return refuseByStorage(costNano, storageRetryS);
}

/** Refused because PostgreSQL or the journal does not answer and no lease covers the request. */
export function refuseByStorage(estimate: bigint, retryAfterS: number): Refusal {
  return {
    code: 'storage_unavailable',
    kind: null,
    cap: null,
    used: null,
    held: null,
    estimate,
    resetAtMs: null,
    retryAfterS,
  };
}

function refuseByAllowance(refusal: AllowanceRefusal, nowMs: number): Refusal {
  const { ref, cap, used, leased, amount } = refusal;
  const inFlight = onlyInFlight(refusal);
  const resetAtMs = nextResetMs(ref.kind, nowMs);
  const resetS = resetAtMs === null ? null : Math.max(1, Math.ceil((resetAtMs - nowMs) / 1000));
  return {
    code: refusalCode(ref.kind, inFlight),
    kind: ref.kind,
    cap,
    used,
    held: leased,
    estimate: amount,
    resetAtMs,
    retryAfterS: inFlight ? IN_FLIGHT_RETRY_S : resetS,
  };
}

function refusalCode(kind: Kind, inFlight: boolean): Refusal['code'] {
  if (kind >= 1 && kind <= 3) return 'budget_exceeded';
  if (inFlight) return 'in_flight_budget_exhausted';
  return kind === 0 ? 'insufficient_balance' : 'api_key_quota_exhausted';
}
