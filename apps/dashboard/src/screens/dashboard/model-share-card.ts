import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { LucideChartPie, LucideChartBar } from '@lucide/angular';
import type { EChartsCoreOption } from 'echarts/core';
import type { UsageByModel } from '@weir/contracts';
import { Chart } from '../../charts/chart';
import { ChartColours } from '../../charts/chart-colours';
import { ModelColours } from '../../charts/model-colours';
import { tooltipStyle } from '../../charts/chart-style';
import { Format } from '../../format/format';
import { toPixels } from '../../format/pixels';
import { Empty } from '../../ui/empty';
import { Failure } from '../../ui/failure';
import { Segmented } from '../../ui/segmented';
import { Skeleton } from '../../ui/skeleton';
import { DashboardStore } from './dashboard-store';

const SHOWN = 7;

/** How models share tokens, spend or requests; the list beside the ring carries every figure. */
@Component({
  selector: 'w-model-share-card',
  imports: [Chart, Empty, Failure, LucideChartBar, LucideChartPie, RouterLink, Segmented, Skeleton],
  template: `
    <section class="card" aria-labelledby="share-title">
      <header class="card-head">
        <h2 id="share-title">Usage by model</h2>
        <span class="grow"></span>
        <ui-segmented label="Metric" [segments]="metrics" [(value)]="metric" />
        <button
          class="btn quiet small icon"
          type="button"
          [attr.aria-label]="pie() ? 'Show bars' : 'Show a ring'"
          [title]="pie() ? 'Show bars' : 'Show a ring'"
          (click)="pie.set(!pie())"
        >
          @if (pie()) {
            <svg lucideChartBar [size]="15"></svg>
          } @else {
            <svg lucideChartPie [size]="15"></svg>
          }
        </button>
      </header>
      @if (store.models.error(); as error) {
        <ui-failure what="Usage by model" [error]="error" (retry)="store.models.reload()" />
      } @else if (!store.models.hasValue()) {
        <div class="card-body">
          <ui-skeleton [lines]="['95%', '80%', '70%', '60%', '50%', '40%']" height="1.25rem" />
        </div>
      } @else if (rows().length === 0) {
        <ui-empty title="No usage data yet" />
      } @else {
        <div class="card-body split" [class.with-pie]="pie()">
          @if (pie()) {
            <ui-chart height="10.5rem" [option]="option()" />
          }
          <table class="list">
            <thead class="sr-only">
              <tr>
                <th scope="col">Model</th>
                @if (!pie()) {
                  <th scope="col">Requests</th>
                }
                <th scope="col" class="share">Share</th>
                <th scope="col">
                  {{
                    metric() === 'tokens'
                      ? 'Tokens'
                      : metric() === 'requests' && pie()
                        ? 'Requests'
                        : 'Cost'
                  }}
                </th>
              </tr>
            </thead>
            <tbody>
              @for (row of rows(); track row.model) {
                <tr>
                  <td class="name">
                    <a
                      class="row"
                      [routerLink]="[]"
                      [queryParams]="{ model: row.model }"
                      queryParamsHandling="merge"
                      ><span class="dot" [style.background]="row.colour"></span
                      ><span class="ellipsis">{{ row.model }}</span></a
                    >
                    @if (!pie()) {
                      <span class="track"
                        ><span [style.width.%]="row.length" [style.background]="row.colour"></span
                      ></span>
                    }
                  </td>
                  @if (!pie()) {
                    <td class="num dim">
                      {{ row.requests }}&ngsp;<span class="desktop-only">req</span>
                    </td>
                  }
                  <td class="num dim share">{{ row.share }} %</td>
                  <td class="num strong">{{ row.figure }}</td>
                </tr>
              }
            </tbody>
          </table>
        </div>
      }
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
    ui-empty {
      flex: 1;
    }
    .split.with-pie {
      display: grid;
      grid-template-columns: minmax(7.5rem, 2fr) minmax(0, 3fr);
      align-items: center;
      gap: 12px;
    }
    .list {
      width: 100%;
      border-collapse: collapse;
      table-layout: auto;
    }
    td {
      padding: 4px 0 4px 10px;
      font-size: 0.75rem;
      white-space: nowrap;
    }
    .name {
      width: 60%;
      max-width: 0;
      padding-left: 0;
    }
    .name a {
      color: var(--text);
    }
    .dot {
      flex: none;
      width: 8px;
      height: 8px;
      border-radius: 2px;
    }
    .track {
      display: block;
      height: 4px;
      margin-top: 3px;
      border-radius: 2px;
      background: var(--hover);
    }
    .track span {
      display: block;
      min-width: 3px;
      height: 100%;
      border-radius: 2px;
    }
    .card {
      container-type: inline-size;
    }
    @container (min-width: 300px) and (max-width: 399.98px) {
      .with-pie .share {
        display: none;
      }
    }
    @media (max-width: 599.98px) {
      .split.with-pie {
        grid-template-columns: 1fr;
      }
    }
  `,
})
export class ModelShareCard {
  protected readonly store = inject(DashboardStore);
  private readonly colours = inject(ChartColours);
  private readonly modelColours = inject(ModelColours);
  private readonly format = inject(Format);
  protected readonly metric = signal('spend');
  protected readonly pie = signal(true);
  protected readonly metrics = [
    { value: 'tokens', label: 'Tokens' },
    { value: 'spend', label: 'Spend' },
    { value: 'requests', label: 'Requests' },
  ];

  private readonly values = computed(() => {
    const models = this.store.models.hasValue() ? this.store.models.value().models : [];
    const metric = this.metric();
    return models
      .map((row) => ({
        row,
        value:
          metric === 'tokens'
            ? row.total_tokens
            : metric === 'spend'
              ? toPixels(row.cost)
              : row.requests,
      }))
      .sort((a, b) => b.value - a.value);
  });

  protected readonly rows = computed(() => {
    const values = this.values();
    const sum = values.reduce((total, { value }) => total + value, 0);
    const most = Math.max(1e-12, ...values.map(({ value }) => value));
    return values.slice(0, SHOWN).map(({ row, value }) => ({
      model: row.model,
      colour: this.modelColours.of(row.model),
      requests: this.format.use.count(row.requests, 'card'),
      share: this.format.use.percent(sum === 0 ? 0 : value / sum),
      length: (value / most) * 100,
      figure: this.figure(row),
    }));
  });

  protected readonly option = computed<EChartsCoreOption>(() => {
    const colours = this.colours.current();
    return {
      animation: false,
      aria: {
        enabled: true,
        label: { description: 'Share of each model. The same figures are in the list beside.' },
      },
      tooltip: {
        ...tooltipStyle(colours),
        trigger: 'item',
        formatter: (point: unknown) => this.tip(point),
      },
      series: [
        {
          type: 'pie',
          radius: ['58%', '92%'],
          label: { show: false },
          emphasis: { scale: false },
          itemStyle: { borderColor: colours.surface, borderWidth: 2, borderRadius: 3 },
          data: this.values().map(({ row, value }) => ({
            name: row.model,
            value,
            itemStyle: { color: this.modelColours.of(row.model) },
          })),
        },
      ],
    };
  });

  private figure(row: UsageByModel['models'][number]): string {
    if (this.metric() === 'tokens') return this.format.use.count(row.total_tokens, 'card');
    if (this.metric() === 'requests' && this.pie())
      return this.format.use.count(row.requests, 'card');
    return this.format.use.money(row.cost, 'card');
  }

  private tip(point: unknown): string {
    const name: unknown =
      typeof point === 'object' && point !== null ? Reflect.get(point, 'name') : null;
    const found = this.values().find(({ row }) => row.model === name)?.row;
    if (!found) return '';
    const format = this.format.use;
    return `${found.model}\n${format.money(found.cost)} · ${format.plural(found.requests, 'request')}\n${format.count(found.total_tokens)} tokens`;
  }
}
