import { Component, computed, input } from '@angular/core';
import { Glyph, toneOf } from './glyph';

/**
 * The HTTP status of a request: shape, colour and digits; success stays grey, errors are loud. On a tinted
 * row `--loud` makes the digits plain text, because the tone would not be readable there.
 */
@Component({
  selector: 'ui-status',
  imports: [Glyph],
  template: `<ui-glyph [tone]="tone()" /><span
      [class.loud]="tone() !== 'ok'"
      [style.color]="colour()"
      >{{ httpStatus() }}</span
    >`,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 7px;
    }
    span {
      color: var(--text2);
    }
    .loud {
      font-weight: 600;
    }
  `,
})
export class Status {
  readonly httpStatus = input.required<number>();
  protected readonly tone = computed(() => toneOf(this.httpStatus()));
  protected readonly colour = computed(() =>
    this.tone() === 'ok' ? '' : `var(--loud, var(--${this.tone()}))`,
  );
}
