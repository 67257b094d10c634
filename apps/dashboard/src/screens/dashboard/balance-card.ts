import { Component, computed, inject, input } from '@angular/core';
import type { UsageDaily } from '@weir/contracts';
import { toPixels } from '../../format/pixels';
import { Format } from '../../format/format';
import { Wallet } from '../../live/wallet';
import { Failure } from '../../ui/failure';
import { Skeleton } from '../../ui/skeleton';

const PACE_DAYS = 7;

/** What is left (big), what is held beside it, what was spent this month (small), and how long it lasts. */
@Component({
  selector: 'w-balance-card',
  imports: [Failure, Skeleton],
  template: `
    <section class="card" aria-labelledby="balance-title">
      <header class="card-head"><h2 id="balance-title">Balance</h2></header>
      <div class="card-body">
        @if (wallet.balance(); as balance) {
          <p class="big" [class.negative]="balance.available.startsWith('-')">
            {{ format.use.balance(balance.available)
            }}<small>{{ format.use.balanceRest(balance.available) }}</small>
          </p>
          <p class="meta">available</p>
          <dl>
            <div>
              <dt>Held now</dt>
              <dd>{{ format.use.money(balance.held, 'card') }}</dd>
            </div>
            <div>
              <dt>Spent this month</dt>
              <dd>{{ format.use.money(balance.spent_this_month, 'card') }}</dd>
            </div>
          </dl>
          @if (pace(); as text) {
            <p class="meta">{{ text }}</p>
          }
        } @else if (wallet.error(); as error) {
          <ui-failure what="Balance" [error]="error" (retry)="wallet.reload()" />
        } @else {
          <ui-skeleton [lines]="['60%', '40%', '90%', '80%']" height="1rem" />
        }
      </div>
    </section>
  `,
  styles: `
    :host,
    .card {
      display: flex;
      flex: 1;
      flex-direction: column;
    }
    .card-body {
      display: flex;
      flex-direction: column;
    }
    .big {
      font-size: 1.75rem;
      line-height: 2.25rem;
      font-weight: 650;
      letter-spacing: -0.025em;
    }
    .big small {
      color: var(--text2);
      font-size: 0.9375rem;
      font-weight: 500;
      letter-spacing: 0;
    }
    .negative {
      color: var(--bad);
    }
    dl {
      display: flex;
      flex-direction: column;
      gap: 6px;
      margin: 12px 0;
    }
    dl div {
      display: flex;
      justify-content: space-between;
      gap: 8px;
    }
    dt {
      color: var(--text2);
    }
    dd {
      font-weight: 600;
    }
    .meta:last-child {
      margin-top: auto;
    }
  `,
})
export class BalanceCard {
  readonly daily = input<UsageDaily | null>(null);
  protected readonly wallet = inject(Wallet);
  protected readonly format = inject(Format);

  /** "About N days at this pace", by the spending of the last seven days. */
  protected readonly pace = computed(() => {
    const balance = this.wallet.balance();
    const days = this.daily()?.days.slice(-PACE_DAYS) ?? [];
    const perDay = days.reduce((sum, day) => sum + toPixels(day.cost), 0) / PACE_DAYS;
    const available = balance ? toPixels(balance.available) : 0;
    if (!balance || perDay <= 0 || available <= 0) return null;
    const left = Math.floor(available / perDay);
    if (left > 365) return 'Lasts more than a year at this pace';
    if (left < 1) return 'Lasts less than a day at this pace';
    return `About ${left} day${left === 1 ? '' : 's'} at this pace`;
  });
}
