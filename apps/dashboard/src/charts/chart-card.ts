import { Component, input, signal } from '@angular/core';
import { LucideChartNoAxesColumn, LucideTable2 } from '@lucide/angular';
import type { EChartsCoreOption } from 'echarts/core';
import { Chart } from './chart';

/** The same figures as rows: for readers of screens and of tables. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A chart in a card: title, legend and switches as content, and "View as table". */
@Component({
  selector: 'ui-chart-card',
  imports: [Chart, LucideChartNoAxesColumn, LucideTable2],
  template: `
    <section class="card" [attr.aria-label]="title()">
      @if (refetching()) {
        <span class="refetch"></span>
      }
      <header class="card-head">
        <h2>{{ title() }}</h2>
        <ng-content select="[legend]" />
        <span class="grow"></span>
        <span class="row actions">
          <ng-content select="[actions]" />
          <button
            class="btn quiet small icon"
            type="button"
            [attr.aria-label]="asTable() ? 'View as chart' : 'View as table'"
            [title]="asTable() ? 'View as chart' : 'View as table'"
            [attr.aria-pressed]="asTable()"
            (click)="asTable.set(!asTable())"
          >
            @if (asTable()) {
              <svg lucideChartNoAxesColumn [size]="15"></svg>
            } @else {
              <svg lucideTable2 [size]="15"></svg>
            }
          </button>
        </span>
      </header>
      @if (asTable()) {
        <div class="as-table" [style.height]="height()" tabindex="0">
          <table class="table">
            <thead>
              <tr>
                @for (column of table().columns; track $index; let first = $first) {
                  <th scope="col" [class.num]="!first">{{ column }}</th>
                }
              </tr>
            </thead>
            <tbody>
              @for (row of table().rows; track $index) {
                <tr>
                  @for (cell of row; track $index; let first = $first) {
                    <td [class.num]="!first">{{ cell }}</td>
                  }
                </tr>
              }
            </tbody>
          </table>
        </div>
      } @else {
        <ui-chart [option]="option()" [merge]="merge()" [height]="height()" />
      }
      <ng-content />
    </section>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      min-width: 0;
    }
    .card {
      flex: 1;
    }
    .actions {
      margin-left: auto;
    }
    .as-table {
      overflow: auto;
    }
    th {
      position: sticky;
      top: 0;
      background: var(--surface);
    }
  `,
})
export class ChartCard {
  readonly title = input.required<string>();
  readonly option = input.required<EChartsCoreOption>();
  /** Changes that come often: merged into the chart without drawing it anew. */
  readonly merge = input<EChartsCoreOption>({});
  readonly table = input.required<ChartTable>();
  readonly height = input('12rem');
  readonly refetching = input(false);
  protected readonly asTable = signal(false);
}
