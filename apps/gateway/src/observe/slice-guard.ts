import { decideSlice } from '@weir/domain';
import { boundOf } from '../admit/bounds.js';
import type { MoneyPathApi } from '../money/money-path.types.js';
import type { Exchange } from '../request/exchange.js';

/** Whoever waits for the hold to grow. */
export interface SliceWaiter {
  onSliceGranted(): void;
  onSliceRefused(): void;
}

/**
 * Keeps a stream inside its hold (H36): asks for the next slice when half of the present one is left, says
 * when bytes must wait, and remembers a final refusal. The bound it compares is an upper bound of the output
 * so far, cut at what upstream was told not to exceed.
 */
export class SliceGuard {
  readonly #x: Exchange;
  readonly #money: MoneyPathApi;
  readonly #sliceTokens: number;
  readonly #waiter: SliceWaiter;
  #asking = false;
  #needed = 0;
  /** Whether the stream has to stop. */
  refused = false;

  constructor(x: Exchange, money: MoneyPathApi, sliceTokens: number, waiter: SliceWaiter) {
    this.#x = x;
    this.#money = money;
    this.#sliceTokens = sliceTokens;
    this.#waiter = waiter;
  }

  /** Whether the hold covers this many output tokens; if not, the waiter is called later. */
  covers(producedMax: number): boolean {
    const x = this.#x;
    const decision = decideSlice(
      { producedMax, held: x.outputTokensHeld, outputMax: x.outputTokensMax },
      this.#sliceTokens,
    );
    if (!decision.ask) return true;
    if (!decision.covered) this.#needed = Math.min(producedMax, x.outputTokensMax);
    if (!this.#asking) this.#ask(decision.holdTokens);
    return decision.covered || this.#needed <= x.outputTokensHeld;
  }

  #ask(outputTokens: number): void {
    const x = this.#x;
    if (x.hold === null) return;
    const tokens = Math.min(outputTokens, x.outputTokensMax);
    const bound = boundOf(x, tokens);
    const answer = this.#money.extend(
      x.hold,
      bound.costNano - x.heldCostNano,
      bound.tokens - x.heldTokens,
    );
    if (answer instanceof Promise) {
      this.#asking = true;
      void answer.then((granted) => {
        this.#asking = false;
        this.#answered(granted, tokens, bound.costNano, bound.tokens);
        if (this.#needed === 0) return;
        if (this.#needed <= x.outputTokensHeld) this.#waiter.onSliceGranted();
        else if (this.refused) this.#waiter.onSliceRefused();
        else this.#ask(this.#needed);
      });
      return;
    }
    this.#answered(answer, tokens, bound.costNano, bound.tokens);
    if (!answer && this.#needed > x.outputTokensHeld) {
      // Later: the caller is still inside its own `covers`.
      queueMicrotask(() => {
        this.#waiter.onSliceRefused();
      });
    }
  }

  #answered(granted: boolean, tokens: number, costNano: bigint, holdTokens: bigint): void {
    const x = this.#x;
    if (granted) {
      x.outputTokensHeld = tokens;
      x.heldCostNano = costNano;
      x.heldTokens = holdTokens;
    } else if (this.#needed > x.outputTokensHeld) {
      this.refused = true;
    }
  }
}
