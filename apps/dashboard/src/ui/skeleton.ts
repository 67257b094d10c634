import { Component, input } from '@angular/core';

/** Placeholder lines in the geometry of what will come; nothing is seen in the first 150 ms. */
@Component({
  selector: 'ui-skeleton',
  template: `
    @for (line of lines(); track $index) {
      <span class="skeleton" [style.width]="line" [style.height]="height()"></span>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 10px;
    }
  `,
  host: { 'aria-hidden': 'true' },
})
export class Skeleton {
  /** Widths, one a line. */
  readonly lines = input<readonly string[]>(['70%', '45%', '60%']);
  readonly height = input('0.75rem');
}
