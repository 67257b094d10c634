import { Component, inject, input, signal } from '@angular/core';
import { Clipboard } from '@angular/cdk/clipboard';
import { LiveAnnouncer } from '@angular/cdk/a11y';
import { LucideCheck, LucideCopy } from '@lucide/angular';

/** Copies a raw value; its icon turns into a tick for a moment. */
@Component({
  selector: 'ui-copy',
  imports: [LucideCheck, LucideCopy],
  template: `
    <button
      class="btn"
      [class.small]="true"
      [class.icon]="!caption()"
      [class.quiet]="!caption()"
      type="button"
      [attr.aria-label]="label()"
      [title]="label()"
      (click)="copy($event)"
    >
      @if (done()) {
        <svg lucideCheck [size]="14"></svg>
      } @else {
        <svg lucideCopy [size]="14"></svg>
      }
      @if (caption()) {
        {{ done() ? 'Copied' : caption() }}
      }
    </button>
  `,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
    }
  `,
})
export class Copy {
  readonly text = input.required<string>();
  readonly label = input('Copy');
  /** Text beside the icon; without it the button is only an icon. */
  readonly caption = input('');
  protected readonly done = signal(false);
  private readonly clipboard = inject(Clipboard);
  private readonly announcer = inject(LiveAnnouncer);

  protected copy(event: Event): void {
    event.stopPropagation();
    if (!this.clipboard.copy(this.text())) return;
    this.done.set(true);
    void this.announcer.announce('Copied');
    setTimeout(() => this.done.set(false), 1600);
  }
}
