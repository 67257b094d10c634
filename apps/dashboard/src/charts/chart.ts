import { Component, input } from '@angular/core';
import type { EChartsCoreOption } from 'echarts/core';
import { NgxEchartsDirective, provideEchartsCore } from 'ngx-echarts';
import { ChartRoot } from './chart-root';

/** The canvas alone; its library arrives with the first chart. Stands in a card that also has the figures. */
@Component({
  selector: 'ui-chart',
  imports: [ChartRoot, NgxEchartsDirective],
  providers: [provideEchartsCore({ echarts: () => import('./chart-core') })],
  template: `
    <div
      uiChartRoot
      echarts
      [style.height]="height()"
      [options]="option()"
      [merge]="merge()"
      [initOpts]="initOpts"
    ></div>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    div {
      width: 100%;
    }
  `,
})
export class Chart {
  readonly option = input.required<EChartsCoreOption>();
  /** Changes that come often: merged into the chart without drawing it anew. */
  readonly merge = input<EChartsCoreOption>({});
  readonly height = input('12rem');
  protected readonly initOpts = { renderer: 'canvas' as const };
}
