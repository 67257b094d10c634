import { Component, input } from '@angular/core';
import { LucideInbox } from '@lucide/angular';

/** Nothing here yet: an icon, one sentence, and what to do about it as content. */
@Component({
  selector: 'ui-empty',
  imports: [LucideInbox],
  template: `
    <span class="icon"
      ><ng-content select="svg"><svg lucideInbox [size]="20" [strokeWidth]="1.5"></svg></ng-content
    ></span>
    <p class="strong">{{ title() }}</p>
    @if (text()) {
      <p class="dim">{{ text() }}</p>
    }
    <div class="row wrap actions"><ng-content /></div>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      gap: 4px;
      padding: 24px 16px;
      text-align: center;
    }
    .icon {
      display: grid;
      place-items: center;
      width: 2.5rem;
      height: 2.5rem;
      margin-bottom: 6px;
      border: 1px solid var(--line);
      border-radius: 10px;
      color: var(--text2);
    }
    .dim {
      max-width: 30rem;
    }
    .actions {
      justify-content: center;
      margin-top: 8px;
    }
    .actions:empty {
      display: none;
    }
  `,
})
export class Empty {
  readonly title = input.required<string>();
  readonly text = input('');
}
