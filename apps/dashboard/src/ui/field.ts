import { Component, computed, contentChild, effect, input } from '@angular/core';
import { FormField } from '@angular/forms/signals';

let lastId = 0;

/** A labelled form control: label, the control, then its hint or (once touched) its error. */
@Component({
  selector: 'ui-field',
  template: `
    <label class="label" [attr.for]="id"
      >{{ label() }}
      @if (optional()) {
        <span class="dim">optional</span>
      }
    </label>
    <ng-content />
    @if (error(); as text) {
      <p class="error" [id]="id + '-note'">{{ text }}</p>
    } @else if (hint()) {
      <p class="meta" [id]="id + '-note'">{{ hint() }}</p>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 4px;
      min-width: 0;
    }
    .label {
      display: flex;
      justify-content: space-between;
      font-weight: 500;
    }
    .label .dim {
      font-size: 0.75rem;
      font-weight: 400;
    }
    .error {
      color: var(--bad);
      font-size: 0.75rem;
      line-height: 1rem;
    }
  `,
})
export class Field {
  readonly label = input.required<string>();
  readonly hint = input('');
  readonly optional = input(false);
  /** An error from the server for this field. */
  readonly serverError = input<string | undefined>(undefined);

  protected readonly id = `field-${(lastId += 1)}`;
  private readonly control = contentChild(FormField);

  protected readonly error = computed(() => {
    if (this.serverError()) return this.serverError();
    const state = this.control()?.state();
    if (!state?.touched()) return undefined;
    const [first] = state.errors();
    return first ? (first.message ?? 'This value is not valid.') : undefined;
  });

  constructor() {
    effect(() => {
      const element = this.control()?.element;
      if (!element) return;
      element.id = this.id;
      element.setAttribute('aria-invalid', this.error() ? 'true' : 'false');
      if (this.error() || this.hint()) element.setAttribute('aria-describedby', `${this.id}-note`);
      else element.removeAttribute('aria-describedby');
    });
  }
}
