import { allowanceRefs, CurrentPeriods } from '@weir/domain';
import type { AllowanceRef, HoldNeeds } from '@weir/domain';
import type { HoldInput } from './money-path.types.js';

/** Keys remembered with the names of their allowances; beyond it the memory starts anew. */
const KEYS_MAX = 100_000;

interface KeyRefs {
  readonly account: string;
  readonly periods: readonly string[];
  readonly refs: readonly AllowanceRef[];
}

/** Names the allowances of requests; a key's names are made once a day. */
export class RequestRefs {
  private readonly byKey = new Map<string, KeyRefs>();
  private readonly periods = new CurrentPeriods();

  /** What a request accepted at this instant (ms, database's clock) needs, and of which allowances. */
  needsAt(input: HoldInput, acceptedAtMs: number): HoldNeeds {
    const { account, key, cappedKinds, costNano, tokens } = input;
    const periods = this.periods.at(acceptedAtMs);
    let known = this.byKey.get(key);
    if (known === undefined || known.periods !== periods || known.account !== account) {
      known = { account, periods, refs: allowanceRefs(account, key, periods) };
      if (this.byKey.size >= KEYS_MAX) this.byKey.clear();
      this.byKey.set(key, known);
    }
    return { account, refs: known.refs, cappedKinds, costNano, tokens };
  }
}
