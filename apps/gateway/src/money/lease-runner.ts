/**
 * Does what a lease desk decides: fetches leases, asks other gateways to give back, answers those who waited.
 * The desk is a state machine without I/O; everything that may fail or take time is here. A fetch without an
 * answer is `unknown`: the desk asks again with what it knows, and PostgreSQL's compare-and-set does the rest.
 */
import { DatabaseCallError } from '@weir/data';
import type { MoneyFunctions, TakeOutcome as DatabaseOutcome } from '@weir/data';
import type {
  AllowanceRef,
  DeskEffect,
  DeskRefusal,
  Hold,
  HoldNeeds,
  TakeCall,
  TakeOutcome,
  Waiter,
} from '@weir/domain';
import type { Clock } from '../epoch/clock.js';
import type { Epoch } from '../epoch/epoch.js';
import type { MoneyLimits } from './limits.js';

/** What came of waiting: a hold, or why not. */
export type Waited = { readonly hold: Hold } | { readonly refusal: DeskRefusal };

/** The runner's needs. */
export interface LeaseRunnerInput {
  readonly money: Pick<MoneyFunctions, 'leaseTake'>;
  readonly clock: Clock;
  readonly limits: MoneyLimits;
  /** Live gateways, N of the last beat. */
  readonly gateways: () => number;
  /** NOTIFY `weir_reclaim`: every gateway gives its free part of this allowance back. */
  readonly reclaim: (ref: AllowanceRef) => void;
  /** PostgreSQL closed the epoch, or forgot what it had acknowledged. */
  readonly onEnded: (epoch: Epoch, how: 'closed' | 'behind') => void;
}

export class LeaseRunner {
  private readonly answers = new Map<Waiter, (waited: Waited) => void>();
  /** Running requests that wait for more. */
  private readonly extending = new Map<Hold, Waiter>();
  private readonly fetches: { readonly epoch: Epoch; readonly take: TakeCall }[] = [];
  private readonly ticked = new Set<Epoch>();
  private fetching = 0;
  private ticker: NodeJS.Timeout | null = null;

  constructor(private readonly input: LeaseRunnerInput) {}

  /** A hold for a new request: at once, or after waiting for a lease. */
  acquire(epoch: Epoch, needs: HoldNeeds): Waited | Promise<Waited> {
    const acquired = epoch.desk.acquire(needs, this.input.clock());
    return this.answerOf(epoch, acquired);
  }

  /** More for a running request: at once, or after waiting. */
  extend(epoch: Epoch, hold: Hold, needs: HoldNeeds): Waited | Promise<Waited> {
    const acquired = epoch.desk.extend(hold, needs, this.input.clock());
    if (acquired.status === 'waiting') this.extending.set(hold, acquired.waiter);
    return this.answerOf(epoch, acquired);
  }

  /** The request ends while it waits for more: an ended hold must not grow. */
  cancelExtension(epoch: Epoch, hold: Hold): void {
    if (this.extending.size === 0) return;
    const waiter = this.extending.get(hold);
    if (waiter === undefined) return;
    epoch.desk.cancel(waiter, this.input.clock());
    this.answer(waiter, { refusal: { reason: 'timeout' } });
    this.perform(epoch);
  }

  /** Something of the account became free. */
  freed(epoch: Epoch, account: string): void {
    if (epoch.desk.waiting === 0) return;
    epoch.desk.freed(account, this.input.clock());
    this.perform(epoch);
  }

  /** A credit or a changed limit (of `owner`), or a changed configuration (of anyone): refusals say nothing now. */
  forgetRefusals(epoch: Epoch, owner?: string): void {
    if (owner === undefined) epoch.desk.forgetRefusals(this.input.clock());
    else epoch.desk.forgetRefusals(this.input.clock(), owner);
    this.perform(epoch);
  }

  /** Does what the desk decided since the last time. */
  perform(epoch: Epoch): void {
    while (epoch.desk.hasEffects) {
      for (const effect of epoch.desk.drainEffects()) this.performOne(epoch, effect);
    }
    if (epoch.desk.waiting > 0) this.tickFor(epoch);
  }

  /** Stops looking after those who wait: what a kill does. */
  abandon(): void {
    if (this.ticker !== null) clearInterval(this.ticker);
    this.ticker = null;
    this.fetches.length = 0;
  }

  private answerOf(
    epoch: Epoch,
    acquired: ReturnType<Epoch['desk']['acquire']>,
  ): Waited | Promise<Waited> {
    if (acquired.status !== 'waiting') {
      if (epoch.desk.hasEffects) this.perform(epoch);
      return acquired;
    }
    const { waiter } = acquired;
    // Known before the desk's decisions are done: an answer may be among them.
    const waited = new Promise<Waited>((resolve) => this.answers.set(waiter, resolve));
    this.perform(epoch);
    return waited;
  }

  private performOne(epoch: Epoch, effect: DeskEffect): void {
    switch (effect.type) {
      case 'take':
        this.fetches.push({ epoch, take: effect.take });
        this.fetchNext();
        break;
      case 'reclaim':
        this.input.reclaim(effect.ref);
        break;
      case 'admitted':
        this.answer(effect.waiter, { hold: effect.hold });
        break;
      case 'refused':
        this.answer(effect.waiter, { refusal: effect.refusal });
        break;
      case 'epoch_ended':
        this.input.onEnded(epoch, effect.how);
        break;
    }
  }

  private answer(waiter: Waiter, waited: Waited): void {
    if (waiter.extends !== null) this.extending.delete(waiter.extends);
    this.answers.get(waiter)?.(waited);
    this.answers.delete(waiter);
  }

  private fetchNext(): void {
    while (this.fetching < this.input.limits.takesMax) {
      const next = this.fetches.shift();
      if (next === undefined) return;
      this.fetching += 1;
      void this.fetch(next.epoch, next.take).finally(() => {
        this.fetching -= 1;
        this.fetchNext();
      });
    }
  }

  private async fetch(epoch: Epoch, take: TakeCall): Promise<void> {
    const outcome = await this.ask(epoch, take);
    epoch.desk.takeAnswered(take, outcome, this.input.clock());
    this.perform(epoch);
  }

  private async ask(epoch: Epoch, take: TakeCall): Promise<TakeOutcome> {
    const items = take.items.map(({ ref: { owner, kind, period }, need, want, known }) => ({
      owner,
      kind,
      period,
      need,
      want,
      known,
    }));
    try {
      return deskOutcome(await this.input.money.leaseTake(epoch.id, this.input.gateways(), items));
    } catch (error) {
      // A database that refuses at once must not be asked a thousand times a second.
      const pauseMs = error instanceof DatabaseCallError ? this.input.limits.retryMs : 0;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      return { outcome: 'unknown' };
    }
  }

  private tickFor(epoch: Epoch): void {
    this.ticked.add(epoch);
    this.ticker ??= setInterval(() => this.tick(), this.input.limits.tickMs);
  }

  private tick(): void {
    for (const epoch of [...this.ticked]) {
      epoch.desk.tick(this.input.clock());
      this.perform(epoch);
      if (epoch.desk.waiting === 0) this.ticked.delete(epoch);
    }
    if (this.ticked.size > 0 || this.ticker === null) return;
    clearInterval(this.ticker);
    this.ticker = null;
  }
}

/** PostgreSQL's answer in the desk's words. Only an allowance with a cap can refuse. */
function deskOutcome(outcome: DatabaseOutcome): TakeOutcome {
  switch (outcome.outcome) {
    case 'granted':
    case 'resync':
      return { outcome: outcome.outcome, rows: outcome.leases };
    case 'refused': {
      const { owner, kind, period, cap, used, leased } = outcome.allowance;
      return { outcome: 'refused', row: { owner, kind, period, cap: cap ?? 0n, used, leased } };
    }
    case 'closed':
      return { outcome: 'closed' };
  }
}
