import { HttpClient } from '@angular/common/http';
import { computed, DestroyRef, effect, inject, Service, signal, untracked } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { BalanceView, BudgetView, InflightRow } from '@weir/contracts';
import { addNano, formatMoney, parseMoney, subtractNano, ZERO_NANO } from '@weir/units';
import { Profile } from '../session/profile';
import { Session } from '../session/session';
import { Live } from './live';

/** Rows that one `inflight.updated` carries at most: a full list may be cut, so its sum is not the truth. */
const INFLIGHT_ROWS_MAX = 200;

/**
 * The account's money and budgets: read by REST, kept by the socket. What is held follows the running
 * requests twice a second, so that the available figure moves while they run.
 */
@Service()
export class Wallet {
  private readonly http = inject(HttpClient);
  private readonly live = inject(Live);
  private readonly profile = inject(Profile);
  private readonly known = signal<BalanceView | null>(null);
  private readonly knownBudget = signal<BudgetView | null>(null);
  private readonly failed = signal<unknown>(null);
  private readonly failedBudget = signal<unknown>(null);
  private readonly heldLive = signal<string | null>(null);

  readonly error = this.failed.asReadonly();
  readonly budget = this.knownBudget.asReadonly();
  readonly budgetError = this.failedBudget.asReadonly();
  readonly balance = computed<BalanceView | null>(() => {
    const balance = this.known();
    const held = this.heldLive();
    if (!balance || held === null || !this.live.connected()) return balance;
    const available = subtractNano(parseMoney(balance.balance), parseMoney(held));
    return { ...balance, held, available: formatMoney(available) };
  });

  constructor() {
    const session = inject(Session);
    const owner = inject(DestroyRef);
    effect(() => {
      if (!session.usable()) {
        untracked(() => this.forget());
        return;
      }
      this.live.refresh();
      untracked(() => this.reload());
    });
    this.live.on('balance.updated', ({ data }) => this.accept(data), owner);
    this.live.on('budget.updated', ({ data }) => this.knownBudget.set(data), owner);
    this.live.on('inflight.updated', ({ rows }) => this.follow(rows), owner);
  }

  /** Reads balance and budget again. */
  reload(): void {
    void this.readBalance();
    void this.readBudget();
  }

  private async readBalance(): Promise<void> {
    try {
      const balance = await firstValueFrom(this.http.get<BalanceView>('/api/balance'));
      this.accept(balance);
      this.failed.set(null);
      this.live.restAnswered(true);
      this.live.start(balance.seq);
    } catch (error) {
      this.failed.set(error);
      this.live.restAnswered(false);
      this.live.start(0);
    }
  }

  private async readBudget(): Promise<void> {
    try {
      this.knownBudget.set(await firstValueFrom(this.http.get<BudgetView>('/user/api/budget')));
      this.failedBudget.set(null);
    } catch (error) {
      this.failedBudget.set(error);
    }
  }

  /** An answer that was overtaken by a newer event is dropped. */
  private accept(balance: BalanceView): void {
    const known = this.known();
    if (!known || balance.seq >= known.seq) this.known.set(balance);
  }

  private follow(rows: readonly InflightRow[]): void {
    const account = this.profile.me()?.account.id;
    if (rows.length >= INFLIGHT_ROWS_MAX) {
      this.heldLive.set(null);
      return;
    }
    const own = rows.filter((row) => account === undefined || row.account === account);
    const held = own.reduce((sum, row) => addNano(sum, parseMoney(row.held)), ZERO_NANO);
    this.heldLive.set(formatMoney(held));
  }

  private forget(): void {
    this.known.set(null);
    this.knownBudget.set(null);
    this.heldLive.set(null);
    this.failed.set(null);
    this.failedBudget.set(null);
  }
}
