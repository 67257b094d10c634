import { type DestroyRef, DOCUMENT, inject, Service, signal } from '@angular/core';

/** A key or a two-key sequence such as `g d`, and what it does. */
export interface Shortcut {
  readonly keys: string;
  readonly label: string;
  readonly run: (event: KeyboardEvent) => void;
}

const SEQUENCE_MS = 1_000;

/** Keys of the shell and of the page that is open. Typing in a field never triggers one. */
@Service()
export class Shortcuts {
  private readonly list = signal<readonly Shortcut[]>([]);
  readonly all = this.list.asReadonly();
  private prefix: { key: string; at: number } | null = null;

  constructor() {
    inject(DOCUMENT).addEventListener('keydown', (event) => this.press(event));
  }

  /** Adds shortcuts for as long as the caller lives. */
  add(shortcuts: readonly Shortcut[], owner: DestroyRef): void {
    this.list.update((all) => [...all, ...shortcuts]);
    owner.onDestroy(() => this.list.update((all) => all.filter((one) => !shortcuts.includes(one))));
  }

  private press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) && event.key !== 'Escape') return;
    // An open popover takes Esc for itself.
    if (event.key === 'Escape' && document.querySelector(':popover-open')) return;
    if (event.key === ' ' && isButton(event.target)) return;
    const key = event.key === ' ' ? 'Space' : event.key;
    const sequence =
      this.prefix && event.timeStamp - this.prefix.at < SEQUENCE_MS
        ? `${this.prefix.key} ${key}`
        : key;
    this.prefix = null;
    const hit = this.list().findLast((shortcut) => shortcut.keys === sequence);
    if (hit) {
      event.preventDefault();
      hit.run(event);
    } else if (this.list().some((shortcut) => shortcut.keys.startsWith(`${key} `))) {
      this.prefix = { key, at: event.timeStamp };
    }
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select')
  );
}

function isButton(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('button, a, input, summary, [role=button], [role=radio]')
  );
}
