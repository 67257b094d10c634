import { Component, computed, inject, input, untracked } from '@angular/core';
import type { EChartsCoreOption } from 'echarts/core';
import { ChartCard, type ChartTable } from '../../charts/chart-card';
import { ChartColours } from '../../charts/chart-colours';
import { axisLabel, quietAxis, tooltipStyle, valueAxis } from '../../charts/chart-style';
import { Format } from '../../format/format';
import { TrafficStore } from './traffic-store';

/** Span of the chart. */
export type Span = '5m' | '15m' | '1h';

const BARS = 150;
const LABEL_MS: Readonly<Record<Span, number>> = { '5m': 60_000, '15m': 120_000, '1h': 600_000 };
const STEP_S: Readonly<Record<Span, number>> = { '5m': 2, '15m': 6, '1h': 24 };

/** Requests per second, stacked by outcome: quiet success, loud errors. */
@Component({
  selector: 'w-traffic-chart',
  imports: [ChartCard],
  template: `
    <ui-chart-card
      title="Requests per second"
      height="9.5rem"
      [option]="option()"
      [merge]="merge()"
      [table]="table()"
    >
      <span legend class="row legend">
        <span class="key ok">2xx</span>
        <span class="key warn">4xx</span>
        <span class="key bad">5xx</span>
      </span>
    </ui-chart-card>
  `,
  styles: `
    .legend {
      gap: 12px;
      color: var(--text2);
      font-size: 0.75rem;
    }
    .key {
      display: inline-flex;
      align-items: center;
    }
    .key::before {
      content: '';
      width: 10px;
      height: 10px;
      margin-right: 6px;
      border-radius: 2px;
      background: var(--quiet);
    }
    .key.warn::before {
      background: var(--warn);
    }
    .key.bad::before {
      background: var(--bad);
    }
  `,
})
export class TrafficChart {
  readonly span = input.required<Span>();
  private readonly store = inject(TrafficStore);
  private readonly colours = inject(ChartColours);
  private readonly format = inject(Format);

  private readonly buckets = computed(() => {
    this.store.second();
    this.store.ready();
    return this.store.seconds.buckets(this.store.serverNowMs(), BARS, STEP_S[this.span()]);
  });

  protected readonly option = computed<EChartsCoreOption>(() => {
    const colours = this.colours.current();
    const format = this.format.use;
    const stack = (name: string, color: string): Record<string, unknown> => ({
      name,
      type: 'bar',
      stack: 'requests',
      color,
      barCategoryGap: '22%',
      emphasis: { disabled: true },
      data: [],
    });
    return {
      animation: false,
      aria: {
        enabled: true,
        label: {
          description: 'Requests per second by outcome. The same figures are in the table view.',
        },
      },
      grid: { left: 44, right: 14, top: 14, bottom: 24 },
      tooltip: {
        ...tooltipStyle(colours),
        axisPointer: { type: 'shadow', shadowStyle: { color: colours.line2, opacity: 0.18 } },
        valueFormatter: (value: unknown) => `${format.rate(Number(value))} /s`,
      },
      xAxis: {
        type: 'category',
        data: [],
        ...quietAxis(colours),
        axisLabel: { ...axisLabel(colours), interval: (index: number) => this.isRound(index) },
      },
      yAxis: { ...valueAxis(colours, ''), minInterval: 0.5, splitNumber: 3 },
      series: [stack('2xx', colours.quiet), stack('4xx', colours.warn), stack('5xx', colours.bad)],
    };
  });

  /** Only what a tick changes. */
  protected readonly merge = computed<EChartsCoreOption>(() => {
    this.option();
    const buckets = this.buckets();
    const seconds = this.span() === '5m';
    const label = (atMs: number): string => this.format.use.time(atMs).slice(0, seconds ? 8 : 5);
    return {
      xAxis: { data: buckets.map((bucket) => label(bucket.atMs)) },
      series: [
        { data: buckets.map((bucket) => round(bucket.ok)) },
        { data: buckets.map((bucket) => round(bucket.clientErrors)) },
        { data: buckets.map((bucket) => round(bucket.serverErrors)) },
      ],
    };
  });

  /** Labels stand at round times only. */
  private isRound(index: number): boolean {
    const bucket = untracked(this.buckets)[index];
    return bucket !== undefined && bucket.atMs % LABEL_MS[this.span()] === 0;
  }

  protected readonly table = computed<ChartTable>(() => ({
    columns: ['Time', '2xx /s', '4xx /s', '5xx /s'],
    rows: [...this.buckets()]
      .reverse()
      .map((bucket) => [
        this.format.use.time(bucket.atMs),
        this.format.use.rate(bucket.ok),
        this.format.use.rate(bucket.clientErrors),
        this.format.use.rate(bucket.serverErrors),
      ]),
  }));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
