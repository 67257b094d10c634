import { Component, input, model } from '@angular/core';

/** One choice of a segmented control. */
export interface Segment {
  readonly value: string;
  readonly label: string;
}

/** A few exclusive choices side by side; a radio group for keyboards and readers. */
@Component({
  selector: 'ui-segmented',
  template: `
    <div class="group" role="radiogroup" [attr.aria-label]="label()">
      @for (segment of segments(); track segment.value; let i = $index) {
        <button
          type="button"
          role="radio"
          [attr.aria-checked]="segment.value === value()"
          [tabindex]="segment.value === value() ? 0 : -1"
          [class.on]="segment.value === value()"
          (click)="value.set(segment.value)"
          (keydown.arrowright)="step($event, i + 1)"
          (keydown.arrowleft)="step($event, i - 1)"
        >
          {{ segment.label }}
        </button>
      }
    </div>
  `,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
    }
    .group {
      display: flex;
      border: 1px solid var(--line2);
      border-radius: var(--r-control);
      overflow: hidden;
      background: var(--surface);
    }
    button {
      height: var(--segment, 1.625rem);
      padding: 0 10px;
      border: 0;
      border-left: 1px solid var(--line2);
      background: none;
      color: var(--text2);
      font: 600 0.75rem/1rem var(--font);
      cursor: pointer;
    }
    button:first-child {
      border-left: 0;
    }
    button:hover {
      background: var(--hover);
    }
    button:focus-visible {
      outline-offset: -2px;
    }
    .on,
    .on:hover {
      background: var(--sel);
      color: var(--text);
    }
    @media (max-width: 899.98px) {
      button {
        height: 2.25rem;
      }
    }
  `,
})
export class Segmented {
  readonly label = input.required<string>();
  readonly segments = input.required<readonly Segment[]>();
  readonly value = model.required<string>();

  protected step(event: Event, index: number): void {
    const segments = this.segments();
    const next = segments[(index + segments.length) % segments.length];
    if (!next || !(event.currentTarget instanceof HTMLElement)) return;
    event.preventDefault();
    this.value.set(next.value);
    const buttons = event.currentTarget.parentElement?.querySelectorAll('button');
    buttons?.[(index + segments.length) % segments.length]?.focus();
  }
}
