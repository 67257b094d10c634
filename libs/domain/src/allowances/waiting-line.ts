import { compareAllowances } from './allowance-ref.js';
import type { HoldNeeds } from './hold.js';
import type { AllowanceKind } from './kind.js';
import { ALLOWANCE_KINDS, amountOfKind } from './kind.js';
import type { LeaseBook } from './lease-book.js';
import type { TakeCall, Waiter } from './lease-desk.types.js';
import type { TakeItem } from './lease-rows.js';

/** The waiters of one account in order of arrival, and the one take that may be in flight for them. */
export interface WaitingLine {
  readonly account: string;
  waiters: Waiter[];
  taking: TakeCall | null;
  /** No take before, monotonic ms. */
  retryAtMs: number;
  /** The allowance that refused the first waiter, how often, and when first. */
  refused: RefusedAllowance | null;
}

/** An allowance that refused and whose other gateways are being asked to give back. */
export interface RefusedAllowance {
  readonly id: string;
  readonly owner: string;
  readonly kind: AllowanceKind;
  /** Refusals so far. */
  count: number;
  readonly firstMs: number;
}

/** An empty line. */
export function newWaitingLine(account: string): WaitingLine {
  return { account, waiters: [], taking: null, retryAtMs: 0, refused: null };
}

/**
 * Whether a request may be served past the line: nobody waits, or who is first waits for an allowance that this
 * request does not touch. So one key at its cap does not slow down the other keys of its account.
 */
export function mayPass(line: WaitingLine, needs: HoldNeeds): boolean {
  if (line.waiters.length === 0) return true;
  return line.refused !== null && needs.refs[line.refused.kind]?.id !== line.refused.id;
}

/** What fetching ahead looks at. */
export interface TakeContext {
  readonly book: LeaseBook;
  readonly atMs: number;
  readonly spendingWindowMs: number;
}

/**
 * What to take for the first waiter: per capped allowance that has too little free the missing amount, and as `want`
 * what all waiters miss of the same allowance + the spending of the last moments. Empty when nothing is missing.
 */
export function takeItems(waiters: readonly Waiter[], context: TakeContext): TakeItem[] {
  const first = waiters[0];
  if (first === undefined) return [];
  const items: TakeItem[] = [];
  for (const kind of ALLOWANCE_KINDS) {
    const need = context.book.deficit(first.needs, kind);
    const ref = first.needs.refs[kind];
    if (need === 0n || ref === undefined) continue;
    let want = need;
    for (const waiter of waiters) {
      if (waiter === first || waiter.needs.refs[kind]?.id !== ref.id) continue;
      if ((waiter.needs.cappedKinds & (1 << kind)) === 0) continue;
      want += amountOfKind(kind, waiter.needs.costNano, waiter.needs.tokens);
    }
    const lease = context.book.lease(ref);
    want += lease.recentSpending(context.atMs, context.spendingWindowMs);
    items.push({ ref, need, want, known: lease.granted });
  }
  return items.sort((left, right) => compareAllowances(left.ref, right.ref));
}

/** What to fetch in the background for allowances that run low: nothing is needed, recent spending is wanted. */
export function refillItems(needs: HoldNeeds, context: TakeContext): TakeItem[] {
  const items: TakeItem[] = [];
  for (const kind of ALLOWANCE_KINDS) {
    const ref = needs.refs[kind];
    if (ref === undefined || (needs.cappedKinds & (1 << kind)) === 0) continue;
    const lease = context.book.lease(ref);
    if (lease.free >= lease.refillBelow) continue;
    const want = lease.recentSpending(context.atMs, context.spendingWindowMs);
    if (want > 0n) items.push({ ref, need: 0n, want, known: lease.granted });
  }
  return items.sort((left, right) => compareAllowances(left.ref, right.ref));
}
