/**
 * The way to a hold: at once from warm leases, else after waiting for PostgreSQL, the next epoch included when
 * ours was just closed.
 */
import { allowanceId, BALANCE, EVER } from '@weir/domain';
import type { Epoch } from '../epoch/epoch.js';
import type { AllowanceReads } from './allowance-reads.js';
import type { HeldAccounts } from './held-accounts.js';
import type { Waited } from './lease-runner.js';
import type { Admission, HoldInput } from './money-path.types.js';
import type { MoneyRuntime } from './money-runtime.js';
import { refusalOf, refuseByStorage } from './refusal.js';
import { requestId } from './request-id.js';
import { RequestRefs } from './request-refs.js';
import { RunningRequest } from './running-request.js';

/** How long a new request waits for an epoch, ms. */
const EPOCH_WAIT_MS = 1_500;
/** Retry-After before the first epoch is open, seconds. */
const START_RETRY_S = 1;

export class Admitter {
  private readonly refs = new RequestRefs();

  constructor(
    private readonly runtime: () => MoneyRuntime | null,
    private readonly held: HeldAccounts,
    private readonly reads: AllowanceReads,
  ) {}

  /** Holds on all allowances or none. */
  admit(input: HoldInput): Admission | Promise<Admission> {
    const runtime = this.runtime();
    if (runtime === null || !runtime.accepting) return refusedByStorage(runtime, input);
    const epoch = runtime.keeper.current;
    if (epoch === null) return this.admitOnNextEpoch(runtime, input);
    const acceptedAtMs = runtime.keeper.nowMs();
    const needs = this.refs.needsAt(input, acceptedAtMs);
    const waited = runtime.runner.acquire(epoch, needs);
    if (!(waited instanceof Promise)) return this.admission(epoch, input, acceptedAtMs, waited);
    return waited.then((late) => {
      const epochEnded = 'refusal' in late && late.refusal.reason === 'epoch_ended';
      if (epochEnded && runtime.accepting) return this.admitOnNextEpoch(runtime, input);
      return this.admission(epoch, input, acceptedAtMs, late);
    });
  }

  /** Free balance of the account in the lease at hand, nano; null when no epoch is open. */
  affordableNano(account: string): bigint | null {
    const book = this.runtime()?.keeper.current?.book;
    if (book === undefined) return null;
    const id = allowanceId(account, BALANCE, EVER);
    return book.free({ owner: account, kind: BALANCE, period: EVER, id });
  }

  /** The same and what PostgreSQL would still lease; null when it does not answer. */
  async queryAffordableNano(account: string): Promise<bigint | null> {
    try {
      const available = await this.reads.availableNano(account);
      return (available > 0n ? available : 0n) + (this.affordableNano(account) ?? 0n);
    } catch {
      // Unknown; admission will say so if a lease is needed.
      return null;
    }
  }

  private async admitOnNextEpoch(runtime: MoneyRuntime, input: HoldInput): Promise<Admission> {
    const epoch = await runtime.keeper.opened(EPOCH_WAIT_MS);
    return epoch === null ? refusedByStorage(runtime, input) : this.admit(input);
  }

  private admission(
    epoch: Epoch,
    input: HoldInput,
    acceptedAtMs: number,
    waited: Waited,
  ): Admission {
    if ('refusal' in waited) {
      const runtime = this.runtime();
      const nowMs = runtime?.keeper.nowMs() ?? acceptedAtMs;
      const retryS = runtime?.limits.storageRetryS ?? START_RETRY_S;
      const refusal = refusalOf(waited.refusal, input.costNano, nowMs, retryS);
      return { admitted: false, refusal };
    }
    const account = this.held.of(input.account);
    const hold = new RunningRequest({
      id: requestId(acceptedAtMs),
      key: input.key,
      acceptedAtMs,
      epoch,
      account,
      hold: waited.hold,
      cappedKinds: input.cappedKinds,
    });
    this.held.add(account, hold.heldNano);
    return { admitted: true, hold };
  }
}

function refusedByStorage(runtime: MoneyRuntime | null, input: HoldInput): Admission {
  const retryS = runtime?.limits.storageRetryS ?? START_RETRY_S;
  return { admitted: false, refusal: refuseByStorage(input.costNano, retryS) };
}
