import { DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import { Component, computed, inject, signal } from '@angular/core';

/** What is asked. With `typed`, that text must be written first. */
export interface ConfirmData {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly typed?: string;
}

/** A question before something destructive. */
@Component({
  selector: 'ui-confirm',
  template: `
    <div class="panel">
      <header class="panel-head">
        <h2>{{ data.title }}</h2>
      </header>
      <div class="panel-body stack">
        <p>{{ data.text }}</p>
        @if (data.typed) {
          <label class="stack tight">
            <span
              >Type <b>{{ data.typed }}</b> to confirm</span
            >
            <input class="input" autocomplete="off" [value]="typed()" (input)="read($event)" />
          </label>
        }
      </div>
      <footer class="panel-foot">
        <button class="btn" type="button" (click)="ref.close(false)">Cancel</button>
        <button
          class="btn solid-danger"
          type="button"
          [disabled]="!allowed()"
          (click)="ref.close(true)"
        >
          {{ data.action }}
        </button>
      </footer>
    </div>
  `,
  styles: `
    .tight {
      gap: 4px;
    }
  `,
})
export class Confirm {
  protected readonly data = inject<ConfirmData>(DIALOG_DATA);
  protected readonly ref = inject<DialogRef<boolean>>(DialogRef);
  protected readonly typed = signal('');
  protected readonly allowed = computed(
    () => !this.data.typed || this.typed().trim() === this.data.typed,
  );

  protected read(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.typed.set(event.target.value);
  }
}
