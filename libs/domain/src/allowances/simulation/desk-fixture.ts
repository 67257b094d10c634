/** A desk with an open epoch, and short ways to drive it in specs. */
import { EpochBeat } from '../epoch-beat.js';
import type { HoldNeeds } from '../hold.js';
import { LeaseBook } from '../lease-book.js';
import { LeaseDesk } from '../lease-desk.js';
import type { DeskEffect, TakeCall, TakeOutcome, Waiter } from '../lease-desk.types.js';
import type { RefusedRow } from '../lease-rows.js';
import type { LeaseTimings } from '../timings.js';
import { LEASE_TIMINGS } from '../timings.js';
import { at, grant, refOf } from './fixtures.js';

export class DeskFixture {
  readonly book = new LeaseBook('epoch');
  readonly beat = new EpochBeat();
  readonly desk: LeaseDesk;

  constructor(timings: Partial<LeaseTimings> = {}) {
    this.desk = new LeaseDesk(this.book, this.beat, { ...LEASE_TIMINGS, ...timings });
    this.beat.opened(at(0), 0);
  }

  /** Asks for a hold that has to wait. */
  wait(needs: HoldNeeds, ms = 0): Waiter {
    const acquired = this.desk.acquire(needs, at(ms));
    if (acquired.status !== 'waiting') throw new Error(`not waiting but ${acquired.status}`);
    return acquired.waiter;
  }

  /** All effects since the last look. */
  effects(): DeskEffect[] {
    return this.desk.hasEffects ? this.desk.drainEffects() : [];
  }

  /** The one take among the effects, and nothing else. */
  take(): TakeCall {
    const effects = this.effects();
    const [first] = effects;
    if (effects.length !== 1 || first?.type !== 'take') {
      throw new Error(`not one take but ${effects.map(({ type }) => type).join(', ')}`);
    }
    return first.take;
  }

  answer(take: TakeCall, outcome: TakeOutcome, ms = 0): void {
    this.desk.takeAnswered(take, outcome, at(ms));
  }

  /** PostgreSQL granted the balance up to a cumulative amount. */
  granted(take: TakeCall, balance: bigint, ms = 0): void {
    this.answer(take, { outcome: 'granted', rows: [grant(0, balance)] }, ms);
  }

  refused(take: TakeCall, row: Partial<RefusedRow> = {}, ms = 0): void {
    const { owner, kind, period } = refOf(0);
    const full = { owner, kind, period, cap: 10n, used: 4n, leased: 6n, ...row };
    this.answer(take, { outcome: 'refused', row: full }, ms);
  }
}
