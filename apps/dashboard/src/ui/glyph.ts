import { Component, computed, input } from '@angular/core';

/** What a glyph says; each has its own shape and colour, and never stands without text. */
export type Tone = 'ok' | 'info' | 'warn' | 'bad' | 'off';

/** ● ok, ◐ in flight, ▲ warning, ■ error, ○ unknown: drawn, so that every font shows the same. */
@Component({
  selector: 'ui-glyph',
  template: `
    <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
      @switch (tone()) {
        @case ('ok') {
          <circle cx="5" cy="5" r="4" fill="currentColor" />
        }
        @case ('info') {
          <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" stroke-width="1.2" />
          <path d="M5 1.6a3.4 3.4 0 0 0 0 6.8z" fill="currentColor" />
        }
        @case ('warn') {
          <path d="M5 .8 9.6 9H.4z" fill="currentColor" />
        }
        @case ('bad') {
          <rect x="1" y="1" width="8" height="8" rx="1" fill="currentColor" />
        }
        @default {
          <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" stroke-width="1.4" />
        }
      }
    </svg>
  `,
  host: { '[style.color]': 'colour()' },
  styles: `
    :host {
      display: inline-flex;
      flex: none;
      align-items: center;
    }
  `,
})
export class Glyph {
  readonly tone = input.required<Tone>();
  protected readonly colour = computed(() => `var(--${this.tone()})`);
}

/** The tone of an HTTP status; an operator's kill and a client that left are warnings. */
export function toneOf(httpStatus: number): Tone {
  if (httpStatus >= 500) return 'bad';
  return httpStatus >= 400 ? 'warn' : 'ok';
}
