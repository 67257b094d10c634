import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { EChartsCoreOption } from 'echarts/core';
import type { UsageDaily } from '@weir/contracts';
import { addNano, formatMoney, parseMoney, ZERO_NANO } from '@weir/units';
import { ChartCard, type ChartTable } from '../../charts/chart-card';
import { ChartColours } from '../../charts/chart-colours';
import { axisLabel, quietAxis, tooltipStyle, valueAxis } from '../../charts/chart-style';
import { Format } from '../../format/format';
import { toPixels } from '../../format/pixels';
import { Empty } from '../../ui/empty';
import { Failure } from '../../ui/failure';
import { Segmented } from '../../ui/segmented';
import { Skeleton } from '../../ui/skeleton';
import { DashboardStore } from './dashboard-store';

type Day = UsageDaily['days'][number];

/** Spending of 7 or 30 days, or requests of 30; a point tells the exact figure, requests and failures. */
@Component({
  selector: 'w-trend-card',
  imports: [ChartCard, Empty, Failure, RouterLink, Segmented, Skeleton],
  template: `
    @if (store.daily.error(); as error) {
      <section class="card">
        <header class="card-head"><h2>Trend</h2></header>
        <ui-failure what="The trend" [error]="error" (retry)="store.daily.reload()" />
      </section>
    } @else if (!store.daily.hasValue()) {
      <section class="card loading">
        <header class="card-head"><h2>Trend</h2></header>
        <div class="card-body"><ui-skeleton [lines]="['100%']" height="11.5rem" /></div>
      </section>
    } @else if (sums().requests === 0) {
      <section class="card">
        <header class="card-head"><h2>Trend</h2></header>
        <ui-empty
          [title]="never() ? 'No usage data yet' : 'No completed requests in the selected window'"
        >
          <a class="btn primary" routerLink="/keys" [queryParams]="{ create: true }"
            >Create API key</a
          >
          <a class="btn" href="/api/openapi.json" target="_blank" rel="noopener"
            >View documentation</a
          >
        </ui-empty>
      </section>
    } @else {
      <ui-chart-card
        [title]="title()"
        height="13.5rem"
        [option]="option()"
        [table]="table()"
        [refetching]="false"
      >
        <span legend class="meta">{{ summary() }}</span>
        <ui-segmented actions label="Metric and range" [segments]="modes" [(value)]="mode" />
      </ui-chart-card>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      min-width: 0;
    }
    :host > * {
      flex: 1;
    }
    ui-empty {
      flex: 1;
      min-height: 13rem;
    }
  `,
})
export class TrendCard {
  protected readonly store = inject(DashboardStore);
  private readonly colours = inject(ChartColours);
  private readonly format = inject(Format);
  protected readonly mode = signal('spend30');
  protected readonly modes = [
    { value: 'spend7', label: 'Spend 7d' },
    { value: 'spend30', label: 'Spend 30d' },
    { value: 'requests30', label: 'Requests 30d' },
  ];

  private readonly spend = computed(() => this.mode() !== 'requests30');
  protected readonly title = computed(() => (this.spend() ? 'Spend per day' : 'Requests per day'));
  private readonly days = computed<readonly Day[]>(() => {
    const days = this.store.daily.hasValue() ? this.store.daily.value().days : [];
    return this.mode() === 'spend7' ? days.slice(-7) : days;
  });
  protected readonly sums = computed(() => {
    const days = this.days();
    return {
      requests: days.reduce((sum, day) => sum + day.requests, 0),
      cost: formatMoney(days.reduce((sum, day) => addNano(sum, parseMoney(day.cost)), ZERO_NANO)),
    };
  });
  protected readonly never = computed(() => this.store.rows().length === 0 && !this.store.model());
  protected readonly summary = computed(() => {
    const { requests, cost } = this.sums();
    if (requests === 0) return '';
    const format = this.format.use;
    return `${format.money(cost, 'card')} · ${format.plural(requests, 'request')}`;
  });

  protected readonly option = computed<EChartsCoreOption>(() => {
    const colours = this.colours.current();
    const days = this.days();
    const values = days.map((day) => (this.spend() ? toPixels(day.cost) : day.requests));
    return {
      animation: false,
      aria: {
        enabled: true,
        label: { description: `${this.title()}. The same figures are in the table view.` },
      },
      grid: { left: 52, right: 18, top: 16, bottom: 26 },
      tooltip: { ...tooltipStyle(colours), formatter: (points: unknown) => this.tip(points) },
      xAxis: {
        type: 'category',
        boundaryGap: false,
        data: days.map((day) => this.format.use.day(day.date)),
        ...quietAxis(colours),
      },
      yAxis: {
        ...valueAxis(colours, ''),
        axisLabel: { ...axisLabel(colours), formatter: (value: number) => this.axisText(value) },
      },
      series: [
        {
          type: 'line',
          smooth: 0.25,
          smoothMonotone: 'x',
          color: colours.accent,
          lineStyle: { width: 2 },
          areaStyle: { opacity: 0.12 },
          symbolSize: 7,
          showSymbol: true,
          data: values.map((value, index) =>
            // The day that is not over yet: a hollow point, always shown.
            index === values.length - 1
              ? { value, symbol: 'emptyCircle', symbolSize: 8 }
              : { value, symbol: 'circle', symbolSize: days.length > 10 ? 0.01 : 6 },
          ),
        },
      ],
    };
  });

  protected readonly table = computed<ChartTable>(() => ({
    columns: ['Day', 'Spend', 'Requests', 'Failed'],
    rows: [...this.days()]
      .reverse()
      .map((day) => [
        this.format.use.day(day.date, true),
        this.format.use.money(day.cost),
        this.format.use.count(day.requests),
        this.format.use.count(day.failed_requests),
      ]),
  }));

  private axisText(value: number): string {
    return this.spend() ? this.format.use.axisMoney(value) : this.format.use.count(value, 'card');
  }

  /** Plain text for the rich-text tooltip: date, exact figure, requests and failures. */
  private tip(points: unknown): string {
    const first: unknown = Array.isArray(points) ? points[0] : null;
    const index: unknown =
      typeof first === 'object' && first !== null ? Reflect.get(first, 'dataIndex') : null;
    const day = typeof index === 'number' ? this.days()[index] : undefined;
    if (!day) return '';
    const format = this.format.use;
    return [
      format.day(day.date, true),
      `${format.money(day.cost, 'detail')} spent`,
      `${format.plural(day.requests, 'request')}, ${format.count(day.failed_requests)} failed`,
    ].join('\n');
  }
}
