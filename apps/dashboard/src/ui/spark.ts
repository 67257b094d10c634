import { Component, computed, input } from '@angular/core';

const WIDTH = 56;
const HEIGHT = 18;

/** A few bars without axes: the shape of the last days. Its numbers are in the accessible name. */
@Component({
  selector: 'ui-spark',
  template: `
    <svg
      [attr.viewBox]="box"
      width="56"
      height="18"
      role="img"
      [attr.aria-label]="label() + ': ' + values().join(', ')"
    >
      @for (bar of bars(); track $index) {
        <rect
          [attr.x]="bar.x"
          [attr.y]="bar.y"
          [attr.width]="bar.width"
          [attr.height]="bar.height"
          rx="1"
        />
      }
    </svg>
  `,
  styles: `
    :host {
      display: inline-flex;
    }
    rect {
      fill: var(--quiet);
    }
  `,
})
export class Spark {
  readonly values = input.required<readonly number[]>();
  readonly label = input.required<string>();
  protected readonly box = `0 0 ${WIDTH} ${HEIGHT}`;
  protected readonly bars = computed(() => {
    const values = this.values();
    const most = Math.max(1, ...values);
    const step = WIDTH / Math.max(1, values.length);
    return values.map((value, index) => {
      const height = value === 0 ? 1 : Math.max(2, (value / most) * HEIGHT);
      return { x: index * step, y: HEIGHT - height, width: step - 2, height };
    });
  });
}
