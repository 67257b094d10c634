import type { Beginning, Finishing, MoneyPathApi } from '../money/money-path.types.js';

/**
 * Collects what one turn of the event loop wants journaled and writes it with one call at the turn's end (H40).
 * The dispatches and answers that waited for it then leave back to back, which also wakes the processes on the
 * other side once instead of once per message.
 */
export class TurnBatch {
  readonly #money: MoneyPathApi;
  #begins: Beginning[] = [];
  #ends: Finishing[] = [];
  #scheduled = false;
  readonly #flushLater = (): void => {
    this.#flush();
  };

  constructor(money: MoneyPathApi) {
    this.#money = money;
  }

  begin(begin: Beginning): void {
    this.#begins.push(begin);
    this.#schedule();
  }

  end(end: Finishing): void {
    this.#ends.push(end);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#flushLater);
  }

  #flush(): void {
    this.#scheduled = false;
    const begins = this.#begins;
    const ends = this.#ends;
    this.#begins = [];
    this.#ends = [];
    this.#money.commitTurn(begins, ends);
  }
}
