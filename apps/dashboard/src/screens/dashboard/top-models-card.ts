import { Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { ModelColours } from '../../charts/model-colours';
import { Format } from '../../format/format';
import { toPixels } from '../../format/pixels';
import { Failure } from '../../ui/failure';
import { Segmented } from '../../ui/segmented';
import { Skeleton } from '../../ui/skeleton';
import { DashboardStore } from './dashboard-store';

const SHOWN = 6;

/** Horizontal bars of the last 30 days, ranked by tokens, spend or requests. */
@Component({
  selector: 'w-top-models-card',
  imports: [Failure, RouterLink, Segmented, Skeleton],
  template: `
    <section class="card" aria-labelledby="top-title">
      <header class="card-head">
        <h2 id="top-title" class="nowrap">Top models <span class="meta">30 d</span></h2>
        <span class="grow"></span>
        <ui-segmented label="Rank by" [segments]="metrics" [(value)]="metric" />
      </header>
      <div class="card-body">
        @if (store.models.hasValue()) {
          <ol>
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
                  <span class="spread">
                    <span class="ellipsis">{{ row.model }}</span>
                    <b class="nowrap">{{ row.text }}</b>
                  </span>
                  <span class="track"
                    ><span
                      [style.width.%]="row.share"
                      [style.background]="colours.of(row.model)"
                    ></span
                  ></span>
                </a>
              </li>
            } @empty {
              <li class="dim none">No usage data yet</li>
            }
          </ol>
        } @else if (store.models.error(); as error) {
          <ui-failure what="Top models" [error]="error" (retry)="store.models.reload()" />
        } @else {
          <ui-skeleton [lines]="['95%', '80%', '60%', '45%', '30%']" height="1.25rem" />
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
    .line {
      display: flex;
      flex-direction: column;
      gap: 2px;
      margin: 0 -6px;
      padding: 2px 6px 4px;
      border-radius: 5px;
      color: var(--text);
      font-size: 0.75rem;
      line-height: 1rem;
    }
    .line:hover {
      background: var(--hover);
      text-decoration: none;
    }
    .line.on {
      background: var(--sel);
    }
    .track {
      height: 5px;
      border-radius: 3px;
      background: var(--hover);
    }
    .track span {
      display: block;
      min-width: 3px;
      height: 100%;
      border-radius: 3px;
    }
    .none {
      padding: 12px 0;
    }
  `,
})
export class TopModelsCard {
  readonly selected = input<string | undefined>();
  protected readonly store = inject(DashboardStore);
  protected readonly format = inject(Format);
  protected readonly colours = inject(ModelColours);
  protected readonly metric = signal('tokens');
  protected readonly metrics = [
    { value: 'tokens', label: 'Tokens' },
    { value: 'spend', label: 'Spend' },
  ];

  protected readonly rows = computed(() => {
    const models = this.store.models.hasValue() ? this.store.models.value().models : [];
    const spend = this.metric() === 'spend';
    const valued = models
      .map((row) => ({
        model: row.model,
        value: spend ? toPixels(row.cost) : row.total_tokens,
        text: spend
          ? this.format.use.money(row.cost, 'card')
          : this.format.use.count(row.total_tokens, 'card'),
      }))
      .sort((a, b) => b.value - a.value)
      .slice(0, SHOWN);
    const most = Math.max(1e-12, ...valued.map((row) => row.value));
    return valued.map((row) => ({ ...row, share: (row.value / most) * 100 }));
  });
}
