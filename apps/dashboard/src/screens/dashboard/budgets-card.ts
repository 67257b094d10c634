import { Component, computed, inject } from '@angular/core';
import { budgetLevel, countdown } from '../../format/countdown';
import { Format } from '../../format/format';
import { Wallet } from '../../live/wallet';
import { Clock } from '../../ui/clock';
import { Failure } from '../../ui/failure';
import { Glyph } from '../../ui/glyph';
import { Skeleton } from '../../ui/skeleton';

/** Token budgets of the day, the month and in total: consumed, limit or ∞, percent, and when it resets. */
@Component({
  selector: 'w-budgets-card',
  imports: [Failure, Glyph, Skeleton],
  template: `
    <section class="card" aria-labelledby="budgets-title">
      <header class="card-head">
        <h2 id="budgets-title">Token budgets</h2>
        <span class="grow"></span>
        @if (wallet.budget(); as budget) {
          <span class="badge">{{
            budget.budget_type === 'onetime' ? 'One-time' : 'Subscription'
          }}</span>
        }
      </header>
      <div class="card-body">
        @for (row of rows(); track row.label) {
          <div class="budget">
            <div class="spread">
              <span class="strong">{{ row.label }}</span>
              <span class="nowrap"
                ><b>{{ row.used }}</b
                >&ngsp;<span class="dim">/ {{ row.limit }}</span></span
              >
            </div>
            @if (row.percent !== null) {
              <div
                class="bar"
                role="progressbar"
                aria-valuemin="0"
                aria-valuemax="100"
                [attr.aria-label]="row.label + ' budget used'"
                [attr.aria-valuenow]="row.clamped"
              >
                <span [class]="row.level" [style.width.%]="row.clamped"></span>
              </div>
            }
            <div class="spread meta">
              <span class="row tight" [class]="row.level === 'ok' ? '' : 'loud ' + row.level">
                @if (row.level !== 'ok') {
                  <ui-glyph [tone]="row.level" />
                }
                {{ row.percent === null ? 'no limit' : row.percent + ' %' }}
              </span>
              <span>{{ row.reset }}</span>
            </div>
          </div>
        } @empty {
          @if (wallet.budgetError(); as error) {
            <ui-failure what="Budgets" [error]="error" (retry)="wallet.reload()" />
          } @else {
            <ui-skeleton [lines]="['90%', '95%', '90%', '95%', '90%']" height="1rem" />
          }
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
      min-width: 0;
    }
    .budget {
      display: flex;
      flex-direction: column;
      gap: 4px;
      padding-bottom: 10px;
    }
    .budget:last-child {
      padding-bottom: 0;
    }
    .tight {
      gap: 5px;
    }
    .loud {
      font-weight: 600;
    }
    .loud.warn {
      color: var(--warn);
    }
    .loud.bad {
      color: var(--bad);
    }
  `,
})
export class BudgetsCard {
  protected readonly wallet = inject(Wallet);
  private readonly format = inject(Format);
  private readonly clock = inject(Clock);

  protected readonly rows = computed(() => {
    const budget = this.wallet.budget();
    if (!budget) return [];
    const subscription = budget.budget_type === 'subscription';
    const now = this.clock.nowMs();
    return [
      this.row(
        'Today',
        budget.daily_used,
        subscription ? budget.daily_limit : null,
        subscription ? countdown(budget.daily_reset_iso, now) : 'no reset',
      ),
      this.row(
        'This month',
        budget.monthly_used,
        subscription ? budget.monthly_limit : null,
        subscription ? countdown(budget.monthly_reset_iso, now) : 'no reset',
      ),
      this.row('Total', budget.total_used, budget.total_limit, 'no reset'),
    ];
  });

  private row(label: string, used: number, limit: number | null, reset: string) {
    const share = limit === null ? null : limit === 0 ? 100 : (used / limit) * 100;
    return {
      label,
      reset,
      used: this.format.use.count(used, 'card'),
      limit: limit === null ? '∞' : this.format.use.count(limit, 'card'),
      percent: share === null ? null : this.format.use.percent(share / 100),
      clamped: share === null ? 0 : Math.min(100, share),
      level: share === null ? ('ok' as const) : budgetLevel(share),
    };
  }
}
