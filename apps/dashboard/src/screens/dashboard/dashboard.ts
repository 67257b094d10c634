import { Component, computed, effect, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { LucideActivity, LucideKeyRound, LucideX } from '@lucide/angular';
import { Format } from '../../format/format';
import { Live } from '../../live/live';
import { Wallet } from '../../live/wallet';
import { Profile } from '../../session/profile';
import { recall } from '../../ui/storage';
import { Clock } from '../../ui/clock';
import { BalanceCard } from './balance-card';
import { BudgetsCard } from './budgets-card';
import { DashboardStore } from './dashboard-store';
import { ModelShareCard } from './model-share-card';
import { RecentCard } from './recent-card';
import { TodayCard } from './today-card';
import { TopModelsCard } from './top-models-card';
import { TrendCard } from './trend-card';
import { Wizard } from './wizard';

/** `/dashboard`: is enough left, and does it burn faster than expected? */
@Component({
  selector: 'w-dashboard',
  imports: [
    BalanceCard,
    BudgetsCard,
    LucideActivity,
    LucideKeyRound,
    LucideX,
    ModelShareCard,
    RecentCard,
    RouterLink,
    TodayCard,
    TopModelsCard,
    TrendCard,
    Wizard,
  ],
  providers: [DashboardStore],
  templateUrl: './dashboard.html',
  styleUrl: './dashboard.css',
})
export class Dashboard {
  /** From the address: every widget but the balance shows this model only. */
  readonly model = input<string>();

  protected readonly profile = inject(Profile);
  protected readonly wallet = inject(Wallet);
  protected readonly store = inject(DashboardStore);
  protected readonly format = inject(Format);
  private readonly live = inject(Live);
  private readonly clock = inject(Clock);
  private wizardOpen = false;

  protected readonly greeting = computed(() => {
    const hour = new Date(this.clock.nowMs()).getHours();
    if (hour < 5 || hour >= 22) return 'Good evening';
    if (hour < 12) return 'Good morning';
    return hour < 18 ? 'Good afternoon' : 'Good evening';
  });
  protected readonly updated = computed(() => {
    const at = this.live.lastUpdatedMs();
    return at === null ? null : this.format.use.time(at);
  });
  protected readonly daily = computed(() =>
    this.store.daily.hasValue() ? this.store.daily.value() : null,
  );
  /** Before the first request; once open it stays, to show that the request was seen. */
  protected readonly wizard = computed(() => {
    const me = this.profile.me();
    if (recall('wizard') === 'dismissed') return false;
    this.wizardOpen ||= me !== null && me.lifetime_requests === 0;
    return this.wizardOpen;
  });

  constructor() {
    effect(() => this.store.model.set(this.model()));
  }

  protected firstName(name: string): string {
    return name.split(' ')[0] ?? name;
  }
}
