import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { addNano, formatMoney, parseMoney, ZERO_NANO } from '@weir/units';
import { ModelColours } from '../../charts/model-colours';
import { Format } from '../../format/format';
import { Failure } from '../../ui/failure';
import { Skeleton } from '../../ui/skeleton';
import { DashboardStore } from './dashboard-store';

const SHOWN = 5;

/** Tokens and cost of today, by model; a click on a model filters the page. */
@Component({
  selector: 'w-today-card',
  imports: [Failure, RouterLink, Skeleton],
  template: `
    <section class="card" aria-labelledby="today-title">
      <header class="card-head"><h2 id="today-title">Usage today</h2></header>
      <div class="card-body">
        @if (store.today.hasValue()) {
          @let sum = total();
          <div class="figures">
            <p>
              <span class="kpi">{{ format.use.count(sum.tokens, 'card') }}</span>
              <span class="meta">tokens</span>
            </p>
            <p>
              <span class="kpi">{{ format.use.money(sum.cost, 'card') }}</span>
              <span class="meta">cost</span>
            </p>
          </div>
          @if (rows().length === 0) {
            <p class="dim none">No usage data yet</p>
          } @else {
            <ul>
              @for (row of rows(); track row.model) {
                <li>
                  <a
                    class="line"
                    [routerLink]="[]"
                    [queryParams]="{ model: row.model === selected() ? null : row.model }"
                    queryParamsHandling="merge"
                    [class.on]="row.model === selected()"
                    [title]="'Show only ' + row.model"
                  >
                    <span class="dot" [style.background]="colours.of(row.model)"></span>
                    <span class="ellipsis grow">{{ row.model }}</span>
                    <span class="dim">{{ format.use.count(row.total_tokens, 'card') }}</span>
                    <span class="num cost">{{ format.use.money(row.cost, 'card') }}</span>
                  </a>
                </li>
              }
            </ul>
            @if (more() > 0) {
              <p class="meta">and {{ more() }} more model{{ more() === 1 ? '' : 's' }}</p>
            }
          }
          @if (sum.failedOnly) {
            <p class="meta warn">
              {{ sum.failed }} requests failed upstream ·
              <a routerLink="/live" [queryParams]="{ f: 'status:error' }">inspect</a>
            </p>
          }
        } @else if (store.today.error(); as error) {
          <ui-failure what="Usage today" [error]="error" (retry)="store.today.reload()" />
        } @else {
          <ui-skeleton [lines]="['60%', '95%', '90%', '92%']" height="1rem" />
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
    .figures {
      display: flex;
      gap: 24px;
      margin-bottom: 8px;
    }
    .figures p {
      display: flex;
      flex-direction: column;
    }
    .line {
      display: flex;
      align-items: center;
      gap: 8px;
      min-height: 1.625rem;
      margin: 0 -6px;
      padding: 0 6px;
      border-radius: 5px;
      color: var(--text);
    }
    .line:hover {
      background: var(--hover);
      text-decoration: none;
    }
    .line.on {
      background: var(--sel);
    }
    .dot {
      flex: none;
      width: 8px;
      height: 8px;
      border-radius: 2px;
    }
    .cost {
      min-width: 4rem;
      font-weight: 600;
    }
    .none {
      padding: 12px 0;
    }
    .warn {
      margin-top: 6px;
    }
  `,
})
export class TodayCard {
  readonly selected = input<string | undefined>();
  protected readonly store = inject(DashboardStore);
  protected readonly format = inject(Format);
  protected readonly colours = inject(ModelColours);

  private readonly all = computed(() =>
    this.store.today.hasValue() ? this.store.today.value().models : [],
  );
  protected readonly rows = computed(() => this.all().slice(0, SHOWN));
  protected readonly more = computed(() => Math.max(0, this.all().length - SHOWN));
  protected readonly total = computed(() => {
    const rows = this.all();
    const cost = rows.reduce((sum, row) => addNano(sum, parseMoney(row.cost)), ZERO_NANO);
    const failed = rows.reduce((sum, row) => sum + row.failed_requests, 0);
    return {
      tokens: rows.reduce((sum, row) => sum + row.total_tokens, 0),
      cost: formatMoney(cost),
      failed,
      failedOnly: cost === ZERO_NANO && failed > 0,
    };
  });
}
