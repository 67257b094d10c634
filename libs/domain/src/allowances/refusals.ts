/**
 * Refusals of the last moments, so that a crowd at an exhausted allowance costs one question and not one each. A
 * cached refusal answers only requests that miss at least as much as the one that was refused.
 */
import type { HoldNeeds } from './hold.js';
import { ALLOWANCE_KINDS, amountOfKind } from './kind.js';
import type { LeaseBook } from './lease-book.js';
import type { RefusedRow } from './lease-rows.js';
import type { DeskRefusal } from './lease-desk.types.js';

interface CachedRefusal {
  readonly row: RefusedRow;
  /** The amount that was missing in the lease and not left in the allowance. */
  readonly deficit: bigint;
  readonly untilMs: number;
}

/** The cached refusals of one desk. */
export class Refusals {
  readonly #byId = new Map<string, CachedRefusal>();
  readonly #keepMs: number;

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** Remembers that this deficit was refused; a smaller one refused later takes its place, for the same time. */
  remember(id: string, row: RefusedRow, deficit: bigint, atMs: number): void {
    const known = this.#byId.get(id);
    const untilMs =
      known !== undefined && known.untilMs > atMs ? known.untilMs : atMs + this.#keepMs;
    this.#byId.set(id, { row, deficit, untilMs });
  }

  /** Whether the allowance refused lately: the others were just asked to give back. */
  refusedLately(id: string, atMs: number): boolean {
    const known = this.#byId.get(id);
    return known !== undefined && known.untilMs > atMs;
  }

  /** The refusal of these needs, or null when nothing cached refuses them. */
  match(needs: HoldNeeds, book: LeaseBook, atMs: number): DeskRefusal | null {
    if (this.#byId.size === 0) return null;
    for (const kind of ALLOWANCE_KINDS) {
      const ref = needs.refs[kind];
      if (ref === undefined) continue;
      const known = this.#byId.get(ref.id);
      if (known === undefined) continue;
      if (known.untilMs <= atMs) {
        this.#byId.delete(ref.id);
        continue;
      }
      const deficit = book.deficit(needs, kind);
      if (deficit === 0n || deficit < known.deficit) continue;
      const { cap, used, leased } = known.row;
      const amount = amountOfKind(kind, needs.costNano, needs.tokens);
      return { reason: 'allowance', ref, cap, used, leased, amount };
    }
    return null;
  }

  /** Forgets the refusals of an owner, or all: a credit, a changed limit, a change of configuration. */
  forget(owner?: string): void {
    if (owner === undefined) this.#byId.clear();
    else {
      for (const [id, known] of this.#byId) if (known.row.owner === owner) this.#byId.delete(id);
    }
  }

  /** Drops what is past its time. */
  expire(atMs: number): void {
    for (const [id, known] of this.#byId) if (known.untilMs <= atMs) this.#byId.delete(id);
  }
}

/**
 * Whether only running requests stand in the way: what is used leaves room for the request, what others hold does not.
 * Then `in_flight_budget_exhausted` with Retry-After, else the limit itself is exhausted.
 */
export function onlyInFlight(refusal: Extract<DeskRefusal, { reason: 'allowance' }>): boolean {
  return refusal.cap - refusal.used >= refusal.amount;
}
