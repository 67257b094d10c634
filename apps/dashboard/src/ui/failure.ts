import { Component, computed, input, output } from '@angular/core';
import { LucideRotateCw } from '@lucide/angular';
import { problemOf } from '../session/problem';
import { Copy } from './copy';
import { Glyph } from './glyph';

/** An error inside its card: what failed, status, request id to copy, and Retry. Other cards go on. */
@Component({
  selector: 'ui-failure',
  imports: [Copy, Glyph, LucideRotateCw],
  template: `
    <div class="row strong"><ui-glyph tone="bad" />{{ what() }} could not be loaded</div>
    <p class="dim">
      {{ problem().message }}
      @if (problem().status) {
        <span class="nowrap">(HTTP {{ problem().status }})</span>
      }
    </p>
    <div class="row wrap">
      <button class="btn small" type="button" (click)="retry.emit()">
        <svg lucideRotateCw [size]="14"></svg>Retry
      </button>
      @if (problem().requestId; as id) {
        <span class="meta row"
          >request <code class="ellipsis">{{ id }}</code><ui-copy
            [text]="id"
            label="Copy request id"
        /></span>
      }
    </div>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 6px;
      min-width: 0;
      padding: 12px 14px 14px;
    }
    .meta {
      min-width: 0;
    }
    code {
      max-width: 8rem;
    }
  `,
  host: { role: 'alert' },
})
export class Failure {
  /** Subject of the sentence, such as `Balance`. */
  readonly what = input.required<string>();
  readonly error = input.required<unknown>();
  readonly retry = output();
  protected readonly problem = computed(() => problemOf(this.error()));
}
