import { Component, inject, Service, signal } from '@angular/core';
import { LucideX } from '@lucide/angular';
import { Glyph, type Tone } from './glyph';

/** A short message over the page, perhaps with one thing to do about it. */
export interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const SHOWN_MS = 6_000;
const SHOWN_WITH_ACTION_MS = 10_000;

/** Messages that go by themselves. */
@Service()
export class Toasts {
  private readonly list = signal<readonly Toast[]>([]);
  private lastId = 0;
  readonly toasts = this.list.asReadonly();

  show(tone: Tone, text: string, action?: Toast['action']): void {
    this.lastId += 1;
    const id = this.lastId;
    this.list.update((toasts) => [
      ...toasts.slice(-3),
      { id, tone, text, ...(action ? { action } : {}) },
    ]);
    setTimeout(() => this.dismiss(id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
  }

  dismiss(id: number): void {
    this.list.update((toasts) => toasts.filter((toast) => toast.id !== id));
  }
}

/** Where toasts appear: bottom right, read out politely. */
@Component({
  selector: 'ui-toast-outlet',
  imports: [Glyph, LucideX],
  template: `
    @for (toast of toasts.toasts(); track toast.id) {
      <div class="toast">
        <ui-glyph [tone]="toast.tone" />
        <span class="grow">{{ toast.text }}</span>
        @if (toast.action; as action) {
          <button class="link" type="button" (click)="action.run(); toasts.dismiss(toast.id)">
            {{ action.label }}
          </button>
        }
        <button
          class="btn quiet small icon"
          type="button"
          aria-label="Dismiss"
          (click)="toasts.dismiss(toast.id)"
        >
          <svg lucideX [size]="14"></svg>
        </button>
      </div>
    }
  `,
  styles: `
    :host {
      position: fixed;
      right: 16px;
      bottom: 16px;
      z-index: 80;
      display: flex;
      flex-direction: column;
      gap: 8px;
      width: min(24rem, calc(100vw - 32px));
      pointer-events: none;
    }
    .toast {
      display: flex;
      align-items: center;
      gap: 10px;
      padding: 8px 8px 8px 12px;
      border: 1px solid var(--line);
      border-radius: var(--r-card);
      background: var(--raised);
      box-shadow: var(--float);
      pointer-events: auto;
    }
  `,
  host: { role: 'status', 'aria-live': 'polite' },
})
export class ToastOutlet {
  protected readonly toasts = inject(Toasts);
}
