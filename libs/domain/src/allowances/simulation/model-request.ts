import type { AllowanceRef } from '../allowance-ref.js';
import { allowanceRefs } from '../allowance-ref.js';
import type { Hold, HoldNeeds } from '../hold.js';
import { EVER } from '../../periods/period.js';
import type { ModelEpoch } from './gateway-memory.js';

export type RequestState =
  | 'waiting'
  | 'held'
  | 'begun'
  | 'running'
  | 'extending'
  | 'ended'
  | 'endedUnwritten'
  | 'done'
  | 'voided'
  | 'refused'
  | 'lost';

/** One request and the truth about it, which only the oracle knows whole. */
export interface ModelRequest {
  readonly id: number;
  readonly gateway: number;
  readonly account: string;
  readonly key: string;
  readonly day: string;
  readonly refs: readonly AllowanceRef[];
  /** Bound of the whole request. */
  readonly costMax: bigint;
  readonly tokensMax: bigint;
  readonly streamed: boolean;
  /** Share of the bound that is really used. */
  readonly usedShare: number;
  /** Whether upstream uses more than was held. */
  readonly exceedsHold: boolean;
  readonly startedAt: number;
  state: RequestState;
  epoch: ModelEpoch | null;
  hold: Hold | null;
  /** Thirds of a stream produced, and thirds held. */
  produced: number;
  thirdsHeld: number;
  stopped: boolean;
  dispatchedAt: number | null;
  sawEnd: boolean;
  forgiven: boolean;
  costNano: bigint;
  tokens: bigint;
}

/** The first `thirds` thirds of an amount, rounded up. */
export function thirdsOf(amount: bigint, thirds: number): bigint {
  return (amount * BigInt(thirds) + 2n) / 3n;
}

/** What holding thirds `from`…`to` of a request takes. */
export function needsOf(
  request: ModelRequest,
  cappedKinds: number,
  from: number,
  to: number,
): HoldNeeds {
  return {
    account: request.account,
    refs: request.refs,
    cappedKinds,
    costNano: thirdsOf(request.costMax, to) - thirdsOf(request.costMax, from),
    tokens: thirdsOf(request.tokensMax, to) - thirdsOf(request.tokensMax, from),
  };
}

/** What was really used so far. */
export function usedSoFar(request: ModelRequest): { costNano: bigint; tokens: bigint } {
  const thirds = request.streamed ? request.produced : 3;
  if (thirds === 0) return { costNano: 0n, tokens: 0n };
  const share = (amount: bigint): bigint => {
    const bound = thirdsOf(amount, thirds);
    const used = BigInt(Math.ceil(Number(bound) * request.usedShare));
    return used < 1n ? 1n : used < bound ? used : bound;
  };
  const held = (kind: number): bigint => request.hold?.heldByKind[kind] ?? 0n;
  const costNano = share(request.costMax);
  const tokens = share(request.tokensMax);
  if (!request.exceedsHold) return { costNano, tokens };
  const atLeast = (amount: bigint, least: bigint): bigint => (amount > least ? amount : least);
  return { costNano: atLeast(costNano, held(0) + 1n), tokens: atLeast(tokens, held(1) + 1n) };
}

/** The allowances of a simulated request. */
export function modelRefs(account: string, key: string, day: string): ModelRequest['refs'] {
  return allowanceRefs(account, key, [EVER, day, EVER, EVER, EVER, day, EVER]);
}
